# Tests: each level alone, and all of them as `make test`.

# A test program links everything of the library; handler tests replace domain functions by the linker.
TEST_SUPPORT := $(wildcard tests/support/*.c)
TEST_OBJECTS := $(patsubst %.c,$(O)/obj/%.o,$(TEST_SUPPORT))

$(O)/tests/%: tests/%.c $(TEST_OBJECTS) $(O)/libplaza.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -MF $@.d -Itests $(LIBRARY_FLAGS) $(CFLAGS) $(LDFLAGS) $(WRAP_FLAGS) -o $@ $< \
		$(filter %.o,$^) $(HANDLER_OBJECTS) $(O)/libplaza.a $(LDLIBS) -lcmocka

test-unit: $(UNIT_TESTS) ## unit tests
	@tests/support/run-tests $(UNIT_TESTS)

.PHONY: test-unit
