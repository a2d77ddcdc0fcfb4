# Objects several test programs share are not thrown away after the first.
.SECONDARY: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/support/*.c))
