# Checks that need no server: what a compiler and a reader would object to.

C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null)
LINT_C = $(shell git ls-files -co --exclude-standard 'lib/*.c' 'cgi-bin/*.c' 'workers/*.c' 'tools/*.c' 2>/dev/null)
LINT_FLAGS = -std=c11 -D_GNU_SOURCE -Ilib -Icgi-bin -I$(B)/gen $(LIBRARY_FLAGS)

lint: lint-layers lint-rules lint-headers lint-texts lint-format lint-cppcheck lint-tidy ## every check below

lint-layers: ## who may include whom
	@tools/checks/layers.sh

lint-rules: ## lengths, forbidden words, SQL constants, unsafe markup
	@tools/checks/rules.sh

lint-headers: $(B)/gen/stamp ## each header compiles alone
	@for h in $$(git ls-files -co --exclude-standard 'lib/*.h' 'cgi-bin/*.h' 'workers/*.h'); do \
		$(CC) $(LINT_FLAGS) $(filter-out -Wpedantic,$(WARNINGS)) -fsyntax-only -include $$h -x c /dev/null || exit 1; done

lint-texts: $(B)/bin/tmplc ## every text is translated, and no translation is left over
	@$(B)/bin/tmplc --templates templates --sources cgi-bin,lib,workers --po po/zh_CN.po --assets templates/assets --check
	@msgfmt --check-format --check-domain -o /dev/null po/zh_CN.po

lint-format: ## what `make fmt` would change
	@clang-format --dry-run -Werror $(C_FILES)

lint-cppcheck: $(B)/gen/stamp
	@cppcheck --quiet --std=c11 -D_GNU_SOURCE -Ilib -Icgi-bin -I$(B)/gen --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=tools/checks/cppcheck.txt --error-exitcode=1 -j2 $(LINT_C)

lint-tidy: $(B)/gen/stamp
	@printf '%s\n' $(LINT_C) | xargs -P2 -I{} clang-tidy --quiet {} -- $(LINT_FLAGS) 2>/dev/null

fmt: ## lay out the C files by .clang-format
	@clang-format -i $(C_FILES)

.PHONY: lint lint-layers lint-rules lint-headers lint-texts lint-format lint-cppcheck lint-tidy fmt
