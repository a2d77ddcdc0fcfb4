/* What an e-mail address may be: the common form of RFC 5321, in ASCII, without quotes or comments.
 */
#include "domain/user_internal.h"
#include "html/text.h"

#define LOCAL_MAX 64
#define LABEL_MAX 63

static bool is_alnum(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
}

/* Dot-separated runs of atext (RFC 5322). */
static bool is_local(struct str s)
{
	bool after_dot = true;
	size_t i;

	if (s.n == 0 || s.n > LOCAL_MAX)
		return false;
	for (i = 0; i < s.n; i++) {
		bool is_dot = s.p[i] == '.';

		if (is_dot ? after_dot
			   : !is_alnum(s.p[i]) &&
				     !(s.p[i] && strchr("!#$%&'*+-/=?^_`{|}~", s.p[i])))
			return false;
		after_dot = is_dot;
	}
	return !after_dot;
}

static bool is_label(struct str s)
{
	size_t i;

	if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* At least two labels; the last is no number, so that an address of a machine is not one. */
static bool is_domain(struct str s)
{
	struct str rest = s, label = { 0 };
	int labels = 0;

	while (str_split(&rest, '.', &label)) {
		if (!is_label(label))
			return false;
		labels++;
	}
	return labels >= 2 && label.n >= 2 && !(label.p[0] >= '0' && label.p[0] <= '9');
}

const char *user_email_problem(struct str email)
{
	ptrdiff_t at = str_find_byte(email, '@');

	if (email.n == 0)
		return N_("An e-mail address is needed.");
	if (email.n > USER_EMAIL_MAX)
		return N_("This address is too long.");
	if (at < 0 || !is_local(str_slice(email, 0, (size_t)at)) ||
	    !is_domain(str_slice(email, (size_t)at + 1, email.n)))
		return N_("This is not an e-mail address.");
	return NULL;
}

struct str user_email_fold(struct arena *a, struct str email)
{
	char *folded = str_c(a, email);
	size_t i;

	for (i = 0; i < email.n; i++)
		if (folded[i] >= 'A' && folded[i] <= 'Z')
			folded[i] = (char)(folded[i] + ('a' - 'A'));
	return (struct str){ folded, email.n };
}
