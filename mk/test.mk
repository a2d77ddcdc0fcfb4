# Tests, on the sanitizer build: each level alone, and all of them as `make test`.
# Programs print TAP; tests/support/run-tests counts. Stores are started once for all.

TEST_SUPPORT_OBJECTS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/support/*.c))
TEST_STATE := $(B)/test-state
PLAZA_BIN = $(BIN)
export PLAZA_BIN
# So many test programs at a time.
LANES ?= 3
# Of the scripts behind `make run` and `make install`.
SCRIPT_TESTS := tests/run/installed tests/run/starting tests/run/stopping
WITH_STORES = tests/support/with-stores $(TEST_STATE)

# A test may bring a part of what is below it: each __wrap_NAME in it, or in a header it names of those beside it, takes
# the place of NAME.
wrapping = $(1) $(wildcard $(addprefix tests/,$(shell sed -nE 's/^#include "(unit[^"]+)".*/\1/p' $(1))))
wraps = $(addprefix -Wl$(comma)--wrap=,$(shell grep -ohE '__wrap_[a-z_0-9]+' $(wrapping) | sed 's/^__wrap_//' | sort -u))
comma := ,

# The binary whose handlers a handler test needs, by its name: test_site_x.c links cgi-bin/site.
handler_objects = $(filter-out %/main.o,$(patsubst %.c,$(O)/obj/%.o,$(wildcard \
	cgi-bin/$(word 2,$(subst _, ,$(notdir $(1))))/*.c)))

# An archive: a test links only the helpers it uses, and may bring what the others would need.
$(O)/libsupport.a: $(TEST_SUPPORT_OBJECTS)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $^

$(O)/tests/unit/workers/test_smtp: $(O)/obj/workers/mail/smtp.o

.SECONDEXPANSION:
$(O)/tests/%: tests/%.c $(O)/libsupport.a $(O)/libplaza.a $$(if $$(findstring handler/,$$*),$$(call handler_objects,$$*))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(CPPFLAGS) -MF $@.d -MT $@ -Itests $(LIBRARY_FLAGS) $(CFLAGS) $(LDFLAGS) $(call wraps,$<) -o $@ $< \
		$(filter %.o,$^) $(O)/libsupport.a $(O)/libplaza.a $(LDLIBS) -lcmocka
$(O)/obj/tests/%.o: CPPFLAGS += -Itests

# A limit on memory cannot be set where AddressSanitizer keeps terabytes of addresses in reserve: built without it, of
# all it needs; what of picture.c needs a database falls away.
PLAIN_TEST := $(O)/tests/unit/domain/test_picture_memory
PLAIN_SOURCES := $(wildcard lib/base/*.c) $(addprefix lib/domain/,picture.c picture_encode.c picture_header.c) \
	workers/picture/confine.c workers/picture/syscalls.c
$(PLAIN_TEST): tests/unit/domain/test_picture_memory.c $(PLAIN_SOURCES)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) -Itests $(LIBRARY_FLAGS) $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS)) \
		-ffunction-sections -fdata-sections -Wl,--gc-sections $(filter-out -fsanitize%,$(LDFLAGS)) $(call wraps,$<) -o $@ $(filter %.c,$^) $(LDLIBS) -lcmocka

node_modules/.package-lock.json: package.json package-lock.json
	tools/run/npm.sh
	@touch $@

test-deps: ## install what the tests need (Debian packages, playwright-core)
	@tools/run/packages.sh run build test

test-unit: $(UNIT_TESTS) ## unit tests, of the stores and the domain against real servers
	@$(WITH_STORES) tests/support/run-tests $(UNIT_TESTS)

test-handler: $(HANDLER_TESTS) ## handlers alone, the domain replaced
	@tests/support/run-tests $(HANDLER_TESTS)

test-web: all $(WEB_TESTS) ## the real programs over their sockets, with real stores
	@$(WITH_STORES) tests/support/run-tests $(WEB_TESTS) $(SCRIPT_TESTS)

test-browser: all node_modules/.package-lock.json ## the whole site in headless Chromium
	@tests/support/run-tests tests/browser/run

test: | test-deps ## everything; ends with "N passed, N failed"
test: all $(UNIT_TESTS) $(HANDLER_TESTS) $(WEB_TESTS) node_modules/.package-lock.json
	@tests/support/run-tests --lanes $(LANES) $(TEST_STATE) tests/browser/run $(SCRIPT_TESTS) $(WEB_TESTS) $(HANDLER_TESTS) $(UNIT_TESTS)

asan: all ## the programs with AddressSanitizer and UBSan, in build/asan/bin

.PHONY: test test-deps test-unit test-handler test-web test-browser asan

cover: all $(UNIT_TESTS) $(HANDLER_TESTS) $(WEB_TESTS) ## which lines and branches the tests reach: build/cover/report.html
	@-$(WITH_STORES) tests/support/run-tests $(UNIT_TESTS) $(HANDLER_TESTS) $(WEB_TESTS)
	@gcovr --root . --object-directory $(O) --filter 'lib/' --filter 'cgi-bin/' --filter 'workers/' --exclude-throw-branches \
		--html-details $(O)/report.html --print-summary $(O) | tail -n 3

.PHONY: cover
