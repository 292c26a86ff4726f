# mview: build, check, install. `make help` lists the targets.
#
# Variables to set: LUA, LUA_INCDIR, CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR,
# SPEC (the specs to run), BUILD (where everything built goes).

LUA = lua5.4
LUA_INCDIR = $(or $(shell pkg-config --variable=includedir lua5.4 2>&-),\
	/usr/include/lua5.4)
CFLAGS = -O2
PREFIX = /usr/local
BUILD = build
SPEC = spec
LUA_VERSION = 5.4
CLANG_FORMAT = clang-format-14

WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow
INCLUDE = -Icsrc -Icsrc/core -Icsrc/bind -I"$(strip $(LUA_INCDIR))"
COMPILE = $(CC) -std=c11 -fPIC $(WARN) $(INCLUDE) $(CPPFLAGS) $(CFLAGS)
SHARED = $(if $(filter Darwin,$(shell uname)),-bundle -undefined \
	dynamic_lookup,-shared)

CORE = $(wildcard csrc/core/*.c)
BIND = $(wildcard csrc/bind/*.c)
SUPPORT = $(wildcard spec/support/*.c)
CORE_TEST = $(wildcard spec/core/*_test.c)
C_FILES = $(wildcard csrc/*.h csrc/*/*.[ch] spec/*/*.[ch] bench/*.[ch])

objects = $(1:%.c=$(BUILD)/obj/%.o)
MODULE = $(BUILD)/mview.so
SUPPORT_MODULES = $(SUPPORT:spec/support/%.c=$(BUILD)/support/%.so)
CORE_TESTS = $(CORE_TEST:spec/core/%.c=$(BUILD)/core/%)

.DEFAULT_GOAL = build
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: build support

build: $(MODULE) ## compile the module: build/mview.so (the default)

support: build $(SUPPORT_MODULES) $(CORE_TESTS)

$(MODULE): $(call objects,$(CORE) $(BIND))
	$(CC) $(SHARED) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/support/%.so: $(BUILD)/obj/spec/support/%.o
	@mkdir -p $(@D)
	$(CC) $(SHARED) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/core/%: $(BUILD)/obj/spec/core/%.o $(call objects,$(CORE))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(call objects,$(CORE) $(BIND) $(SUPPORT) \
	$(CORE_TEST)))
