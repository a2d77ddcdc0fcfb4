# Plaza: build, run and test. `make help` lists the targets.

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
SHELL := /bin/bash

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
B ?= build
# Objects of the sanitizer build live in a folder of their own. Tests ask for it by their name.
SAN ?= $(filter test test-% asan fault,$(MAKECMDGOALS))
# A build whose guards can be taken away one by one: `make fault-sabotage` sets it. Never installed.
SABOTAGE_BUILD ?=
WERROR ?=
COVERAGE ?= $(filter cover,$(MAKECMDGOALS))

LIBRARIES := libmariadb hiredis librabbitmq json-c libsodium libcurl libutf8proc gdlib md4c
# Known to few programs: only those that call them load them.
RARE_LIBRARIES := libarchive liboath libqrencode
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wwrite-strings -Wformat=2 -Wundef -Wimplicit-fallthrough $(if $(WERROR),-Werror)
HARDENING := -fno-common -fstack-protector-strong -fPIE
CPPFLAGS := -D_GNU_SOURCE -Ilib -Icgi-bin -I$(B)/gen -MMD -MP
LIBRARY_FLAGS = $(eval LIBRARY_FLAGS := $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null))$(LIBRARY_FLAGS)
CFLAGS := -std=c11 -g $(WARNINGS) $(HARDENING)
LDFLAGS := -pie -Wl,-z,relro,-z,now
LDLIBS = $(eval LDLIBS := $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lfcgi -lm \
	-Wl,--push-state,--as-needed $(shell pkg-config --libs $(RARE_LIBRARIES) 2>/dev/null) -Wl,--pop-state)$(LDLIBS)

ifneq ($(SABOTAGE_BUILD),)
O := $(B)/sabotage
CFLAGS += -O1 -DPLAZA_SABOTAGE
else ifneq ($(SAN),)
O := $(B)/asan
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LDFLAGS += -fsanitize=address,undefined
else ifneq ($(COVERAGE),)
O := $(B)/cover
CFLAGS += -O0 --coverage -DCOVERAGE
LDFLAGS += --coverage
else
O := $(B)/release
CFLAGS += -O2 -D_FORTIFY_SOURCE=2
endif
BIN := $(O)/bin

# make V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-6s %s\n' $(1) $(patsubst $(B)/%,%,$@))

LIB_SOURCES := $(wildcard lib/*/*.c)
TEMPLATES := $(shell find templates -name '*.html' 2>/dev/null)
CGI_PROGRAMS := $(notdir $(patsubst %/,%,$(dir $(wildcard cgi-bin/*/main.c))))
WORKERS := $(notdir $(patsubst %/,%,$(dir $(wildcard workers/*/main.c))))
PROGRAMS := $(CGI_PROGRAMS) $(WORKERS) plazactl
UNIT_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(shell find tests/unit -name 'test_*.c' 2>/dev/null))
HANDLER_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/handler/test_*.c))
WEB_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/web/test_*.c))

# Named before the files of mk, whose rules want them.
GEN_SOURCES := $(foreach t,$(TEMPLATES),$(B)/gen/tmpl/$(subst /,_,$(patsubst templates/%.html,%,$(t))).c) $(B)/gen/text_table.c

include $(wildcard mk/*.mk)

all: $(addprefix $(BIN)/,$(PROGRAMS)) ## build every program (release: build/release/bin; SAN=1: build/asan/bin)

# The template compiler builds from lib/base and its own files, before anything is generated.
TMPLC_OBJECTS := $(patsubst %.c,$(B)/host/%.o,$(wildcard tools/tmplc/*.c lib/base/*.c))
$(B)/bin/tmplc: $(TMPLC_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -pie -o $@ $^ $(shell pkg-config --libs libsodium libutf8proc)
$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -D_GNU_SOURCE -Ilib -MMD -MP -std=c11 -g -O1 $(WARNINGS) -fPIE -c -o $@ $<

# One run generates the C of all templates, and the text table, which needs all of them.
# Files are written only when they change, so that only what changed is compiled again.
TEXT_SOURCES := $(wildcard cgi-bin/*/*.c lib/*/*.c workers/*/*.c)
$(B)/gen/stamp: $(B)/bin/tmplc $(TEMPLATES) $(TEXT_SOURCES) $(wildcard po/*.po) $(shell find templates/assets -type f 2>/dev/null)
	@mkdir -p $(@D)
	$(call say,TMPL)
	$(Q)$(B)/bin/tmplc --templates templates --sources cgi-bin,lib,workers --po po/zh_CN.po --assets templates/assets --out $(B)/gen
	@touch $@
$(GEN_SOURCES): $(B)/gen/stamp ;

object = $(patsubst %.c,$(O)/obj/%.o,$(1))
gen_object = $(patsubst $(B)/gen/%.c,$(O)/obj/gen/%.o,$(1))

LIB_OBJECTS := $(call object,$(LIB_SOURCES)) $(call gen_object,$(GEN_SOURCES))
ALL_OBJECTS := $(LIB_OBJECTS) $(call object,$(wildcard cgi-bin/*/*.c workers/*/*.c tools/plazactl/*.c))

$(O)/libplaza.a: $(LIB_OBJECTS)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $^

$(O)/obj/%.o: %.c | $(B)/gen/stamp
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(LIBRARY_FLAGS) $(CFLAGS) -c -o $@ $<
$(O)/obj/gen/%.o: $(B)/gen/%.c | $(B)/gen/stamp
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(LIBRARY_FLAGS) $(CFLAGS) -c -o $@ $<

define program_rule
$(BIN)/$(1): $(call object,$(wildcard $(2)/$(1)/*.c)) $(O)/libplaza.a
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $(O)/libplaza.a $$(LDLIBS)
endef
$(foreach p,$(CGI_PROGRAMS),$(eval $(call program_rule,$(p),cgi-bin)))
$(foreach p,$(WORKERS),$(eval $(call program_rule,$(p),workers)))
$(eval $(call program_rule,plazactl,tools))

clean: ## remove what was built (the data under var/ stays)
	rm -rf $(B)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | sort | expand -t 16

.PHONY: all clean help
-include $(TMPLC_OBJECTS:.o=.d) $(ALL_OBJECTS:.o=.d) $(TEST_SUPPORT_OBJECTS:.o=.d) $(addsuffix .d,$(UNIT_TESTS) $(HANDLER_TESTS) $(WEB_TESTS))
