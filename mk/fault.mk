# Tests with broken parts: stores stopped, killed and frozen, processes killed at every step. They
# start stores of their own. The short selection runs among the web tests, all of it here.

FAULT_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/fault/test_*.c))
WEB_TESTS += $(FAULT_TESTS)

fault: all $(FAULT_TESTS) ## the long tests of broken parts: stores and processes killed, some minutes
	@FAULT_LONG=1 TEST_SECONDS=1200 tests/support/run-tests $(FAULT_TESTS)

.PHONY: fault
# Objects several test programs share are not thrown away after the first.
.SECONDARY: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/support/*.c))
