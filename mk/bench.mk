# Speed: the site and its ceilings, measured in one run (tests/bench/bench.sh).

ROUNDS ?= 3
SECONDS ?= 5
CONNECTIONS ?= 64

BENCH_PROGRAMS := $(addprefix $(O)/bench/,ceilings bench_data sale_bench)
BENCH_OBJECTS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/bench/*.c))
$(O)/bench/ceilings: $(filter $(O)/obj/tests/bench/ceiling%,$(BENCH_OBJECTS))
$(O)/bench/bench_data: $(filter $(O)/obj/tests/bench/data%,$(BENCH_OBJECTS))
$(O)/bench/sale_bench: $(filter $(O)/obj/tests/bench/sale%,$(BENCH_OBJECTS))
$(BENCH_PROGRAMS): $(O)/libplaza.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(O)/libplaza.a $(LDLIBS)

bench: all $(BENCH_PROGRAMS) ## the site against its ceilings; ROUNDS=3 SECONDS=5 CONNECTIONS=64; report: build/bench/report.md
	@tests/bench/bench.sh $(O) $(B)/bench $(ROUNDS) $(SECONDS) $(CONNECTIONS)

.PHONY: bench
-include $(BENCH_OBJECTS:.o=.d)
