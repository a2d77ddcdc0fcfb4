# Texts of the site, and the tests of the template compiler.

TMPLC := $(B)/bin/tmplc --templates templates --sources cgi-bin,lib,workers --po po/zh_CN.po --assets templates/assets

texts: $(B)/bin/tmplc ## append texts without a translation to po/zh_CN.po
	@$(TMPLC) --add-texts

check-texts: $(B)/bin/tmplc ## each text has a translation, each translation a text
	@$(TMPLC) --check

# The compiler's own objects once more, with the flags of the tests.
TMPLC_PARTS := $(patsubst %.c,$(O)/obj/%.o,$(filter-out tools/tmplc/main.c,$(wildcard tools/tmplc/*.c)))
$(filter $(O)/tests/unit/tmplc/%,$(UNIT_TESTS)): $(TMPLC_PARTS) $(B)/bin/tmplc

.PHONY: texts check-texts
-include $(TMPLC_PARTS:.o=.d)
