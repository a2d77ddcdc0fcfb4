# Texts of the site, and the tests of the template compiler.

texts: $(B)/bin/tmplc ## append texts without a translation to po/zh_CN.po
	@$(B)/bin/tmplc --templates templates --sources cgi-bin,lib,workers --po po/zh_CN.po --assets templates/assets --add-texts

TMPLC_SITE := tests/unit/tmplc/site

# The compiler's own objects once more, with the flags of the tests.
TMPLC_PARTS := $(patsubst %.c,$(O)/obj/%.o,$(filter-out tools/tmplc/main.c,$(wildcard tools/tmplc/*.c)))
TMPLC_TESTS := $(filter $(O)/tests/unit/tmplc/%,$(UNIT_TESTS))
$(TMPLC_TESTS): $(TMPLC_PARTS) $(B)/gen/tmplc-site/stamp
$(TMPLC_TESTS): CPPFLAGS := -Itools -I$(B)/gen/tmplc-site -I$(TMPLC_SITE) $(CPPFLAGS)

# A little site of their own, compiled as the real one is.
$(B)/gen/tmplc-site/stamp: $(B)/bin/tmplc $(shell find $(TMPLC_SITE) -type f 2>/dev/null)
	@mkdir -p $(@D)
	@$(B)/bin/tmplc --templates $(TMPLC_SITE)/templates --sources $(TMPLC_SITE) --po $(TMPLC_SITE)/zh_CN.po --assets $(TMPLC_SITE)/assets --out $(@D)
	@touch $@

.PHONY: texts
-include $(TMPLC_PARTS:.o=.d)
