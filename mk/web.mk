# One request from a shell, and the map of the site.

# make itself has a variable GET.
CGI_GET = $(if $(filter default,$(origin GET)),,$(GET))
CGI_PATH = $(or $(CGI_GET),$(POST))
# The program that answers an address: the one whose table has it.
CGI_PROGRAM = $(firstword $(foreach p,$(CGI_PROGRAMS),$(if $(shell $(BIN)/$(p) --routes | tools/run/route-fits \
	'$(if $(POST),POST,GET)' '$(CGI_PATH)'),$(p))))

cgi: all ## one request as a plain CGI program: GET=/posts/7 or POST=/posts BODY='title=…', AS=name, CONFIG=var/plaza.conf
	@[ -n '$(CGI_PATH)' ] || { echo 'which address? make cgi GET=/posts/7 AS=member'; exit 2; }
	@[ -n '$(CGI_PROGRAM)' ] || { echo 'no program has $(CGI_PATH)'; exit 1; }
	@printf '%s' '$(BODY)' | PLAZA_CONFIG=$(or $(CONFIG),var/plaza.conf) AS='$(AS)' \
		REQUEST_METHOD=$(if $(POST),POST,GET) PATH_INFO='$(firstword $(subst ?, ,$(CGI_PATH)))' \
		QUERY_STRING='$(word 2,$(subst ?, ,$(CGI_PATH)))' \
		CONTENT_TYPE=application/x-www-form-urlencoded \
		CONTENT_LENGTH=$$(printf '%s' '$(BODY)' | wc -c) $(BIN)/$(CGI_PROGRAM)

routes: all ## every address: program, method, pattern, flags, limit
	@for p in $(CGI_PROGRAMS); do $(BIN)/$$p --routes | sed "s|^|$$p\t|"; done | expand -t 10,16,48,84

# Changes with each commit, so it is known to one file only.
$(O)/obj/cgi-bin/site/metrics.o: CPPFLAGS += -DPLAZA_BUILD='"$(shell git describe --always --dirty 2>/dev/null || echo unknown)"'

.PHONY: cgi routes
