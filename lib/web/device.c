/* Browsers and systems by the marks in their User-Agent. */
#include "web/device.h"

#include <arpa/inet.h>

struct mark {
	struct str text, name;
};

#define MARK(text, name) \
	{ \
		{ (text), sizeof(text) - 1 }, \
		{ \
			(name), sizeof(name) - 1 \
		} \
	}

/* Most claim to be others, too: those that nobody claims to be come first. */
static const struct mark browsers[] = {
	MARK("MicroMessenger/", "WeChat"),
	MARK("QQBrowser/", "QQ Browser"),
	MARK("UCBrowser/", "UC Browser"),
	MARK("HuaweiBrowser/", "Huawei Browser"),
	MARK("MiuiBrowser/", "Mi Browser"),
	MARK("SamsungBrowser/", "Samsung Internet"),
	MARK("Edg/", "Edge"),
	MARK("EdgA/", "Edge"),
	MARK("EdgiOS/", "Edge"),
	MARK("OPR/", "Opera"),
	MARK("Vivaldi/", "Vivaldi"),
	MARK("FxiOS/", "Firefox"),
	MARK("Firefox/", "Firefox"),
	MARK("CriOS/", "Chrome"),
	MARK("Chrome/", "Chrome"),
	MARK("Safari/", "Safari"),
	MARK("curl/", "curl"),
};

static const struct mark systems[] = {
	MARK("HarmonyOS", "HarmonyOS"), MARK("Windows", "Windows"), MARK("iPhone", "iPhone"),
	MARK("iPad", "iPad"),           MARK("Android", "Android"), MARK("CrOS", "ChromeOS"),
	MARK("Mac OS X", "macOS"),      MARK("Linux", "Linux"),
};

static struct str name_of(struct str agent, const struct mark *marks, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_find(agent, marks[i].text) >= 0)
			return marks[i].name;
	return (struct str){ 0 };
}

struct device device_from(struct str user_agent)
{
	return (struct device){
		.browser = name_of(user_agent, browsers, ARRAY_LEN(browsers)),
		.system = name_of(user_agent, systems, ARRAY_LEN(systems)),
	};
}

static struct str v4_network(struct arena *a, const unsigned char *bytes)
{
	return str_format(a, "%d.%d.%d.*", bytes[0], bytes[1], bytes[2]);
}

struct str device_network(struct arena *a, struct str address)
{
	char *text = str_c(a, address);
	char shown[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	unsigned char v4[4];

	if (inet_pton(AF_INET, text, v4) == 1)
		return v4_network(a, v4);
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return (struct str){ 0 };
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return v4_network(a, v6.s6_addr + 12);
	memset(v6.s6_addr + 6, 0, 10);
	if (!inet_ntop(AF_INET6, &v6, shown, sizeof(shown)))
		return (struct str){ 0 };
	return str_format(a, "%s/48", shown);
}
