/* Sentences for topics and comments, in the two languages of the site. */
#include "data.h"

#include "base/buf.h"

static const char *const chinese[] = {
	"昨天把家里那台旧服务器换成了固态硬盘，页面打开的时间从两秒降到了不到一百毫秒。",
	"索引的顺序很要紧：等值条件在前，范围条件在后，排序的列放在最后。",
	"我试过几种办法，最后发现是连接池开得太大，数据库反而忙着切换线程。",
	"如果缓存里没有，就去数据库里找；找到了放回去，下一位读者就不用等了。",
	"请问有人在 `ARM` 的机器上跑过吗？据说省电，但不知道编译要多久。",
	"先写测试，再写代码，最后才谈优化，这个顺序我吃过很多亏才学会。",
	"周末去了趟旧书市场，买到一本一九八八年的《C 程序设计语言》，纸都黄了。",
	"这个问题我也遇到过，重启之后就好了，但一直没有弄明白原因。",
	"消息队列不是为了快，是为了让慢的事情不要挡住快的事情。",
	"谢谢分享！照着做了一遍，**确实可行**，只是第三步要多等一会儿。",
};

static const char *const english[] = {
	"We moved the forum to a small machine last month, and to my surprise it got faster.",
	"The slow query turned out to be a missing index on the column we sort by.",
	"I would rather have ten boring programs that work than one clever one that does not.",
	"Does anybody know why `accept` returns early when a signal arrives?",
	"There is a good chapter about this in the book, but the example has an off-by-one error.",
	"Measure first: the part that *looks* slow is hardly ever the part that is.",
	"My two cents: keep the data in one place, and make everything else a copy of it.",
	"It took me an evening, a pot of tea and [the manual](https://example.org/manual).",
	"Thank you, that was it. The time-out was shorter than the thing it waited for.",
	"A queue that is always empty needs no queue, and one that is always full needs no queue "
	"either.",
};

static const char *const subjects_zh[] = { "数据库索引", "旧服务器", "消息队列", "周末的旧书市场",
					   "页面缓存" };
static const char *const subjects_en[] = { "a slow query", "small machines", "signals and accept",
					   "keeping data in one place", "tea and manuals" };

/* Numbers that follow each other give numbers that do not. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 31)) * UINT64_C(0x9E3779B97F4A7C15);
	return x ^ (x >> 29);
}

struct str data_text(struct arena *a, uint64_t number, size_t bytes)
{
	const char *const *stock = number % 2 ? english : chinese;
	uint64_t at = mix(number + 1);
	unsigned sentences = 0;
	struct buf b;

	buf_init(&b, a, bytes + 512);
	while (b.n < bytes) {
		if (sentences && sentences % 5 == 0)
			BUF_LIT(&b, "\n\n");
		else if (sentences && number % 2)
			BUF_LIT(&b, " ");
		if (sentences == 5)
			BUF_LIT(&b, "- one\n- two, with `code`\n\n> ");
		buf_add(&b, str_from_c(stock[at % ARRAY_LEN(chinese)]));
		at = mix(at + ++sentences);
	}
	return buf_str(&b);
}

struct str data_title(struct arena *a, uint64_t number)
{
	uint64_t which = mix(number) % ARRAY_LEN(subjects_zh);

	if (number % 2)
		return str_format(a, "Some notes on %s, part %d", subjects_en[which], (int)number);
	return str_format(a, "关于%s的一点心得（之%d）", subjects_zh[which], (int)number);
}
