# Running and installing. The work is done by the scripts of tools/run.

# Make first checks PORT; packages may be missing, so nothing here depends on a build.
run: ## the whole site in the foreground, on http://127.0.0.1:8080; PORT= chooses another
	@PORT=$(PORT) tools/run/run.sh

restart: ## rebuild and replace running programs one process at a time; P=post names them
	@tools/run/run.sh restart $(P)

deps: ## install the Debian packages that building, running and testing need
	@tools/run/packages.sh run build test

.PHONY: run restart deps
