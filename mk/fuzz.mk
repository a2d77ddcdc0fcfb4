# Fuzz targets: by clang's libFuzzer for a while, and once over what was found before.

TIME ?= 60
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_CFLAGS := -std=c11 -g -O1 $(WARNINGS) -fPIE -fno-omit-frame-pointer
FUZZ_OBJECTS := $(patsubst %.c,$(B)/fuzz/obj/%.o,$(LIB_SOURCES) $(filter-out tools/tmplc/main.c,$(wildcard tools/tmplc/*.c))) \
	$(patsubst $(B)/gen/%.c,$(B)/fuzz/obj/gen/%.o,$(GEN_SOURCES))

$(B)/fuzz/obj/%.o: %.c | $(B)/gen/stamp
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)clang $(CPPFLAGS) -Itools $(LIBRARY_FLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=all -c -o $@ $<
$(B)/fuzz/obj/gen/%.o: $(B)/gen/%.c | $(B)/gen/stamp
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)clang $(CPPFLAGS) $(LIBRARY_FLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address -c -o $@ $<
$(B)/fuzz/libplaza.a: $(FUZZ_OBJECTS)
	@rm -f $@
	ar rcs $@ $^
$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(B)/fuzz/libplaza.a
	$(call say,LINK)
	$(Q)clang $(CPPFLAGS) -MF $@.d -MT $@ -Itests/fuzz -Itools $(LIBRARY_FLAGS) $(FUZZ_CFLAGS) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $< $(B)/fuzz/libplaza.a $(LDLIBS)

# The same targets with a main of our own and the compiler of the tests; run among the unit tests.
FUZZ_TESTS := $(addprefix $(O)/tests/fuzz/fuzz_,$(FUZZ_TARGETS))
UNIT_TESTS += $(FUZZ_TESTS)
$(O)/tests/fuzz/fuzz_tmplc: $(patsubst %.c,$(O)/obj/%.o,$(filter-out tools/tmplc/main.c,$(wildcard tools/tmplc/*.c)))
$(O)/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/driver.c $(O)/libplaza.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(CPPFLAGS) -MF $@.d -MT $@ -Itests/fuzz -Itools $(LIBRARY_FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< \
		tests/fuzz/driver.c $(filter %.o,$^) $(O)/libplaza.a $(LDLIBS)

# What a run finds new goes to build/fuzz/new; what breaks a target goes to its corpus.
$(addprefix fuzz-,$(FUZZ_TARGETS)): fuzz-%: $(B)/fuzz/fuzz_%
	@mkdir -p $(B)/fuzz/new/$* tests/fuzz/corpus/$*
	$(B)/fuzz/fuzz_$* -max_total_time=$(TIME) -timeout=10 -rss_limit_mb=512 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix=tests/fuzz/corpus/$*/ $(B)/fuzz/new/$* tests/fuzz/corpus/$*

fuzz: $(addprefix fuzz-,$(FUZZ_TARGETS)) ## run each fuzz target for TIME=60 seconds

test-fuzz: $(FUZZ_TESTS) ## each fuzz target once over its corpus
	@tests/support/run-tests $(FUZZ_TESTS)

.PHONY: fuzz test-fuzz $(addprefix fuzz-,$(FUZZ_TARGETS))
.PRECIOUS: $(B)/fuzz/fuzz_%
-include $(FUZZ_OBJECTS:.o=.d) $(addsuffix .d,$(FUZZ_TESTS))
