# Running and installing. The work is done by the scripts of tools/run.

# Packages may be missing yet, so this does not depend on a build: the script builds when they are there.
run: ## the whole site in the foreground, on http://127.0.0.1:8080; PORT= chooses another
	@PORT=$(PORT) tools/run/run.sh

restart: ## rebuild and replace running programs one process at a time; P=post names them
	@tools/run/run.sh restart $(P)

deps: ## install the Debian packages that building, running and testing need
	@tools/run/packages.sh run build test

install: all ## programs, nginx site, supervisor and cron files for a real server; DESTDIR= puts them below a folder
	@DESTDIR=$(DESTDIR) BIN_DIR=$(BIN) tools/run/install.sh

demo-pictures: node_modules/.package-lock.json ## draw the pictures of the demo's goods anew, from the SVG beside them
	@node tools/run/demo-pictures.js sql/demo/goods/*.svg

.PHONY: run restart deps install demo-pictures
