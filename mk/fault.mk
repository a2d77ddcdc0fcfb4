# Tests with broken parts: stores stopped, killed and frozen, processes killed at every step. They
# start stores of their own. The short selection runs among the web tests, all of it here.

FAULT_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/fault/test_*.c))
WEB_TESTS += $(FAULT_TESTS)

# The proof of flash sales is made of several files.
FAULT_SALE_OBJECTS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/fault/sale/*.c))
$(O)/tests/fault/test_sale: $(FAULT_SALE_OBJECTS)
-include $(FAULT_SALE_OBJECTS:.o=.d)

fault: all $(FAULT_TESTS) ## the long tests of broken parts: stores and processes killed; 20 minutes
	@$(MAKE) --no-print-directory MAKECMDGOALS= SAN= all
	@FAULT_LONG=1 TEST_SECONDS=5400 tests/support/run-tests $(FAULT_TESTS)

# Each guard is taken away in turn, and its check must turn red; a release has nothing of this.
fault-sabotage: ## is every check able to fail? Guards are removed one by one, in a build of its own; a quarter of an hour
	@$(MAKE) --no-print-directory SAN= all
	@! grep -l 'this build is made to fail' $(B)/release/bin/* || { echo 'a release must not contain it'; exit 1; }
	@$(MAKE) --no-print-directory SAN= SABOTAGE_BUILD=1 all $(B)/sabotage/tests/fault/test_sale
	@tests/fault/sabotage.sh $(B)/sabotage

.PHONY: fault fault-sabotage
# Objects several test programs share are not thrown away after the first.
.SECONDARY: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/support/*.c))
