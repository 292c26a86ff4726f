# mview: build, test, install. `make help` lists the targets. Further checks,
# and the benchmark, are in .ci/checks.mk.
#
# Variables: LUA_VERSION gives the defaults for LUA (the interpreter),
# LUA_INCDIR (its headers) and LUA_LIBS (to embed it). Other variables: CC,
# CFLAGS, LDFLAGS, PREFIX, DESTDIR, SPEC (the specs to run: files or a folder),
# RELEASES (of `make versions`), BUILD (the folder for built files).

LUA_VERSION = 5.4
LUA = lua$(LUA_VERSION)
# The name of Lua in pkg-config, if pkg-config is installed.
LUA_PC := $(shell for name in lua$(LUA_VERSION) lua-$(LUA_VERSION); do \
	pkg-config --exists $$name 2>/dev/null && echo $$name && break; done)
LUA_INCDIR := $(patsubst -I%,%,$(firstword $(if $(LUA_PC),\
	$(shell pkg-config --cflags-only-I $(LUA_PC))) \
	/usr/include/lua$(LUA_VERSION)))
LUA_LIBS := $(or $(if $(LUA_PC),$(shell pkg-config --libs $(LUA_PC))),\
	-llua$(LUA_VERSION))
CFLAGS = -O2
PREFIX = /usr/local
BUILD = build
SPEC = spec

CORE = $(wildcard csrc/core/*.c)
BIND = $(wildcard csrc/bind/*.c)
SUPPORT = $(wildcard spec/support/c/*.c)
CORE_TEST = $(wildcard spec/core/*_test.c)
C_FILES = $(wildcard csrc/*.h* csrc/*/*.[ch] spec/*/*.[ch] \
	spec/support/*/*.[ch] bench/*.[ch] examples/*/*.c*)

VERSION = $(shell sed -n 's/^.define MVIEW_VERSION "\(.*\)"/\1/p' csrc/mview.h)
WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow
INCLUDE = -Icsrc -Icsrc/core -Icsrc/bind -I"$(LUA_INCDIR)"
COMPILE = $(CC) -fPIC $(WARN) $(INCLUDE) $(CPPFLAGS) $(CFLAGS)
SHARED := $(if $(filter Darwin,$(shell uname)),\
	-bundle -undefined dynamic_lookup,-shared)

objects = $(1:%.c=$(BUILD)/obj/%.o)
SUPPORT_MODULES = $(SUPPORT:spec/support/c/%.c=$(BUILD)/support/%.so)
CORE_TESTS = $(CORE_TEST:spec/core/%.c=$(BUILD)/core/%)

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL = build
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: build support amalgamation demo test check install uninstall dist \
	archives doc pages clean help

# ---- build ----

build: $(BUILD)/mview.so ## compile the module, build/mview.so
	@:

support: build $(SUPPORT_MODULES) $(CORE_TESTS)
	@:

$(BUILD)/mview.so: $(call objects,$(CORE) $(BIND))
	$(CC) $(SHARED) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/support/%.so: $(BUILD)/obj/spec/support/c/%.o
	@mkdir -p $(@D)
	$(CC) $(SHARED) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/core/%: $(BUILD)/obj/spec/core/%.o $(call objects,$(CORE))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(CORE) $(BIND) $(SUPPORT) \
	$(CORE_TEST))

# ---- test ----
# A target that needs tools installs them, then calls a target that assumes
# them.

NEED = .ci/need "$(CC)" $(LUA) "$(LUA_INCDIR)/lua.h"
NEED_TEST = $(NEED) busted cmake g++ nm readelf hexdump pngcheck identify
# Specs that build programs use a make of their own, which builds in PLAIN with
# the default flags, independent of the flags of the tested module.
PLAIN = $(BUILD)
FOR_SPECS = LUA="$(LUA)" LUA_INCDIR="$(LUA_INCDIR)" LUA_LIBS="$(LUA_LIBS)" \
	BUILD="$(PLAIN)"
FROM_BUILD = $(FOR_SPECS) \
	LUA_PATH="lua/?.lua;lua/?/init.lua;spec/support/?.lua;;" \
	LUA_CPATH="$(BUILD)/?.so;$(BUILD)/support/?.so;;"
BUSTED = $(LUA) "$$(command -v busted)"
RUN_SPECS = .ci/specs $(SPEC) --

demo: ## build and run the examples on real input
	@$(NEED)
	@$(MAKE) build
	@set -e; for example in examples/*.lua; do \
	  echo "---- $$example"; $(FROM_BUILD) $(LUA) "$$example"; done

test: ## build, run the core's tests and the specs
	@$(NEED_TEST)
	@$(MAKE) check

check: support
	@status=0; .ci/each $(CORE_TESTS) -- $(WRAP) || status=1; \
	echo "---- busted $(SPEC)"; \
	$(FROM_BUILD) $(RUN_SPECS) $(WRAP) $(LEAKS) $(BUSTED) || status=1; \
	exit $$status

# ---- install ----

LIB = $(DESTDIR)$(PREFIX)/lib
SHARE = $(DESTDIR)$(PREFIX)/share/lua/$(LUA_VERSION)
HEADERS = $(DESTDIR)$(PREFIX)/include
DOC = $(DESTDIR)$(PREFIX)/share/doc/mview

# pkg-config finds lua.h for users of mview.h, unless the caller has set
# LUA_INCDIR.
PC_REQUIRES = $(if $(filter file,$(origin LUA_INCDIR)),$(LUA_PC))

install: build ## install under PREFIX (/usr/local)
	install -d "$(LIB)/lua/$(LUA_VERSION)" "$(LIB)/pkgconfig" \
	  "$(SHARE)/mview" "$(HEADERS)" "$(DOC)/doc"
	install -m 755 $(BUILD)/mview.so "$(LIB)/lua/$(LUA_VERSION)"
	install -m 644 lua/mview/*.lua "$(SHARE)/mview"
	install -m 644 csrc/mview.h csrc/mview.hpp "$(HEADERS)"
	install -m 644 CHANGELOG.md LICENSE README.md "$(DOC)"
	install -m 644 doc/*.md "$(DOC)/doc"
	printf '%s\n' 'prefix=$(PREFIX)' 'includedir=$${prefix}/include' \
	  'Name: mview' 'Description: memory views for Lua' \
	  'Version: $(VERSION)' $(if $(PC_REQUIRES),'Requires: $(PC_REQUIRES)') \
	  'Cflags: -I"$${includedir}"$(if $(PC_REQUIRES),, -I"$(LUA_INCDIR)")' \
	  >"$(LIB)/pkgconfig/mview.pc"

uninstall: ## remove the files of install
	rm -f "$(LIB)/lua/$(LUA_VERSION)/mview.so" "$(LIB)/pkgconfig/mview.pc" \
	  "$(HEADERS)/mview.h" "$(HEADERS)/mview.hpp"
	rm -rf "$(SHARE)/mview" "$(DOC)"

# ---- embed ----

AMALGAMATION = csrc/mview.h $(wildcard csrc/*/*.h) $(CORE) $(BIND)

amalgamation: $(BUILD)/amalgamation/mview.c ## write all C sources as one file
	@echo "$< $(<D)/mview.h"

$(BUILD)/amalgamation/mview.c: csrc/amalgamate.lua LICENSE $(AMALGAMATION)
	@mkdir -p $(@D)
	$(LUA) csrc/amalgamate.lua LICENSE $(AMALGAMATION) >$@
	cp -f csrc/mview.h $(@D)

# ---- release ----

DIST = $(BUILD)/dist
NAME = mview-$(VERSION)
# The files for a build, and the other files of the source.
USED = CHANGELOG.md LICENSE README.md Makefile csrc doc lua rockspec
SOURCES = $(USED) bench examples spec .ci .busted .clang-format \
	.clang-tidy .editorconfig .gitignore .luacheckrc

dist: ## write the source tarball and the .src.rock to build/dist
	@.ci/need tar gzip zip
	@$(MAKE) archives

# A .src.rock is a zip of the rockspec and of the folder in which it builds. The
# folder's name is the last part of the rockspec's source.url.
archives:
	@rm -rf $(DIST)
	@mkdir -p $(DIST)/$(NAME) $(DIST)/mview
	@cp -R $(SOURCES) $(DIST)/$(NAME)
	@cp -R $(USED) $(DIST)/mview
	@chmod -R u+w $(DIST) # the sources may be read-only
	@find $(DIST) -name '*.o' -exec rm {} + -o -name '*.so' -exec rm {} +
	@cp rockspec/$(NAME)-1.rockspec $(DIST)
	@cd $(DIST) && tar -cf - $(NAME) | gzip -9n >$(NAME).tar.gz
	@cd $(DIST) && zip -9qrX $(NAME)-1.src.rock $(NAME)-1.rockspec mview
	@rm -r $(DIST)/$(NAME) $(DIST)/mview $(DIST)/$(NAME)-1.rockspec
	@ls $(DIST)/*

# ---- documents ----

SITE = $(BUILD)/doc
DOCUMENTS = README.md CHANGELOG.md bench/results.md $(wildcard doc/*.md)

doc: ## turn the documents into pages, build/doc/*.html
	@.ci/need pandoc
	@$(MAKE) pages

# The README becomes index.html. The title of a page is its first heading.
pages:
	@mkdir -p $(SITE)
	@cp .ci/site/style.css $(wildcard bench/*.csv bench/*.svg) LICENSE $(SITE)
	@set -e; for file in $(DOCUMENTS); do \
	  name=$$(basename $$file .md); [ $$name != README ] || name=index; \
	  pandoc -f gfm -t html5 -s -L .ci/site/links.lua -B .ci/site/menu.html \
	    --css style.css -M lang=en -M "pagetitle=$$(sed -n '/^# /{s///p;q;}' \
	    $$file)" -o $(SITE)/$$name.html $$file; \
	done
	@echo $(SITE)/index.html

# ---- the rest ----

-include .ci/checks.mk

clean: ## remove everything built
	rm -rf $(BUILD)

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile .ci/checks.mk | \
	  while read -r name text; do printf '%-12s %s\n' "$$name" "$$text"; done
