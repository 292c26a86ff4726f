# Checks beyond the tests, programs that embed mview, the benchmark. The
# Makefile includes this file.

.PHONY: asan apicheck valgrind rock host bench instructions lint lint-lua \
	lint-format lint-cppcheck lint-compile lint-tidy torture run-torture ltests \
	mutants threads helgrind fuzz run-fuzz portability windows bare versions \
	coverage

# ---- variants of the tests ----

# The specs that test the built module; other specs build the programs that they
# test. The module of the rock has the same sources and flags, so the torture
# specs are left out for it.
SPECS = $(if $(filter spec,$(SPEC)),$(wildcard spec/*_spec.lua),$(SPEC))
OF_MODULE = $(filter-out $(patsubst %,spec/%_spec.lua,amalgamation asan \
	capi_abi capi_cpp capi_header doc_links example_workers \
	hosts package),$(SPECS))
OF_ROCK = $(filter-out spec/torture_% spec/host_spec.lua,$(OF_MODULE))

TREE = $(BUILD)/rock/tree
FROM_ROCK = $(FOR_SPECS) \
	LUA_PATH="$(TREE)/share/lua/$(LUA_VERSION)/?.lua;$\
	spec/support/?.lua;;" \
	LUA_CPATH="$(TREE)/lib/lua/$(LUA_VERSION)/?.so;$(BUILD)/support/?.so;;"

asan: ## the same tests under the address and undefined-behaviour sanitizers
	@$(NEED_TEST) gcc
	@$(MAKE) build
	@$(MAKE) check BUILD=$(BUILD)/asan PLAIN=$(BUILD) SPEC="$(OF_MODULE)" \
	  CC=gcc CFLAGS="-O1 -g \
	  -fno-omit-frame-pointer -fsanitize=address,undefined \
	  -fno-sanitize-recover" CPPFLAGS=-DMV_ASSERTS WRAP="env \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \
	  LD_PRELOAD=$$(gcc -print-file-name=libasan.so)"

# A Lua that ends the process if a function pushes more values than there is
# room for or uses a wrong index, or if the collector's state is inconsistent.
CHECKED = $(abspath $(BUILD)/apicheck/lua/src)
# The same, quoted for a command, as the path may have blanks.
BLANK := $(subst ,, )
CHECKED_WORD = $(subst $(BLANK),\$(BLANK),$(CHECKED))

# lua-zlib, which an example uses, violates the rules of the API.
NO_ZLIB = LUA_INIT="package.preload.zlib = error"

# Built with MV_PORTABLE, which uses no feature of the machine or the C library.
apicheck: ## the same tests on a Lua that checks how its API is used
	@$(NEED_TEST)
	@spec/torture/checked_lua $(BUILD)/apicheck
	@$(NO_ZLIB) \
	  $(MAKE) check BUILD=$(BUILD)/apicheck SPEC="$(OF_MODULE)" \
	  CPPFLAGS="-DMV_PORTABLE= -DMV_ASSERTS" LUA="$(CHECKED_WORD)/lua" \
	  LUA_INCDIR="$(CHECKED)" LUA_LIBS="$(CHECKED_WORD)/liblua.a -ldl"

# Files do not shrink under valgrind: it continues a copy at another place than
# the one where the page was lost, and dies itself if it looks at such a page.
valgrind: ## the same tests under valgrind
	@$(NEED_TEST) valgrind
	@$(MAKE) build
	@$(MAKE) check BUILD=$(BUILD)/valgrind PLAIN=$(BUILD) CFLAGS="-O1 -g" \
	  SPEC="$(filter-out spec/shrink_spec.lua,$(SPECS))" \
	  WRAP="valgrind -q --error-exitcode=1 --keep-debuginfo=yes \
	    --suppressions=.ci/valgrind.supp" \
	  LEAKS=--leak-check=full

rock: ## build the rock into build/rock and run the specs against it
	@$(NEED_TEST) luarocks
	@$(MAKE) support
	@rm -rf $(BUILD)/rock && mkdir -p $(BUILD)/rock
	@cp -R csrc lua doc rockspec LICENSE README.md $(BUILD)/rock
	@chmod -R u+w $(BUILD)/rock
	cd $(BUILD)/rock && luarocks --lua-version $(LUA_VERSION) make \
	  --tree "$$PWD/tree" rockspec/mview-scm-1.rockspec \
	  LUA_INCDIR="$(LUA_INCDIR)"
	@$(FROM_ROCK) MVIEW_ROUNDS=50 .ci/specs $(OF_ROCK) -- $(BUSTED)

# ---- torture ----

# The collector: its mode, the effect of allocations on it, and their period.
HOSTILE = "generational debt 1" "incremental debt 500" \
	"generational emergency 200" "incremental emergency 200"

# Left out: what depends on when the collector runs by itself.
OF_COLLECTOR = --filter-out="its buffer's allocation" \
	--filter-out="small beside the heap" \
	--filter-out="the script has stopped the collector"

# Each spec runs in a process of its own, so there is little to collect.
TORTURED = $(filter-out spec/torture_%,$(wildcard spec/*_spec.lua))

torture: ## fail all allocations; run the specs under a hostile collector
	@$(NEED_TEST)
	@$(MAKE) build
	@$(MAKE) run-torture BUILD=$(BUILD)/torture PLAIN=$(BUILD) \
	  CPPFLAGS=-DMV_ASSERTS
	@[ -z "$(LTESTS)" ] || $(MAKE) ltests

run-torture: support
	$(FROM_BUILD) MVIEW_TORTURE=long $(LUA) "$$(command -v busted)" \
	  $(wildcard spec/torture_*_spec.lua)
	@set -e; for how in $(HOSTILE); do for spec in $(TORTURED); do \
	  echo "---- $$how, $$spec"; set -- $$how; \
	  $(FROM_BUILD) MVIEW_ROUNDS=50 $(LUA) -e \
	    "collectgarbage '$$1' require 'collector'.start('$$2', $$3)" \
	    "$$(command -v busted)" $(OF_COLLECTOR) $$spec; done; done

# LTESTS: the folder of the allocator of the reference implementation's own
# tests, if it is to be used.
LTESTS =
HARD = $(abspath $(BUILD)/ltests/lua/src)
HARD_WORD = $(subst $(BLANK),\$(BLANK),$(HARD))
# Left out: specs whose own allocator runs Lua, which theirs forbids; a program
# that exits without closing its state (example_png); and the pops of pins
# (capi_pins), which fail in lua_settop of 5.4.4 whenever the stack moves.
OF_LTESTS = $(filter-out $(patsubst %,spec/%_spec.lua,capi_lend capi_pins \
	derive example_png format operand torture_collector torture_oom writer),\
	$(OF_MODULE))

ltests:
	@$(NEED_TEST)
	@spec/torture/checked_lua $(BUILD)/ltests "$(LTESTS)"
	@$(NO_ZLIB) \
	  MVIEW_ROUNDS=20 $(MAKE) check BUILD=$(BUILD)/ltests SPEC="$(OF_LTESTS)" \
	  LUA="$(HARD_WORD)/lua" LUA_INCDIR="$(HARD)" \
	  LUA_LIBS="$(HARD_WORD)/liblua.a -ldl"

MUTANTS = 200
# The seconds that the tests of one mutant may take; with less time more mutants
# are missed.
MUTANT_SECONDS = 60
SEED =

mutants: ## change the C sources MUTANTS times; count the changes missed
	@$(NEED_TEST)
	@spec/torture/checked_lua $(BUILD)/mutants
	@$(NO_ZLIB) \
	  $(LUA) spec/torture/mutants.lua "$(abspath $(BUILD)/mutants)" $(MUTANTS) \
	  "$(SEED)" $(MUTANT_SECONDS) $(OF_MODULE)

# A Python that has NumPy, and CPython's own exporter of any layout.
PYTHON = $(or $(shell for python in python3 /usr/bin/python3; do \
	$$python -c 'import numpy, _testbuffer' 2>/dev/null && echo $$python && break; done),\
	python3)
CASES = 10000

.PHONY: vectors

vectors: ## replay CASES new cases of CPython and NumPy; SEED=2 makes others
	@$(NEED_TEST)
	@$(MAKE) support
	$(PYTHON) spec/vectors/generate.py $(or $(SEED),1) $(CASES) \
	  >$(BUILD)/vectors.lua
	@MVIEW_VECTORS=$(BUILD)/vectors.lua $(FROM_BUILD) $(BUSTED) \
	  spec/vectors_spec.lua

FUZZERS = format layout kernels unpack record reader writer pattern
FUZZ_SECONDS = 20
FUZZ = clang -g -O1 -DMV_ASSERTS -fsanitize=address,undefined \
	-fno-sanitize-recover=all $(INCLUDE)
fuzz_objects = $(1:%.c=$(BUILD)/fuzz/obj/%.o)

fuzz: ## feed random input to each fuzz target for FUZZ_SECONDS
	@$(NEED) clang
	@.ci/need libfuzzer
	@$(MAKE) $(FUZZERS:%=fuzz-%)

fuzz-%: $(BUILD)/fuzz/lua
	@$(MAKE) run-fuzz NAME=$* SCRIPT=spec/torture/$*.lua PROGRAM=$<

fuzz-format fuzz-layout fuzz-kernels: fuzz-%: $(BUILD)/fuzz/%
	@$(MAKE) run-fuzz NAME=$* PROGRAM=$<

# New inputs and crashes stay in the build folder.
run-fuzz:
	@mkdir -p $(BUILD)/fuzz/found/$(NAME)
	@echo "---- fuzz $(NAME), $(FUZZ_SECONDS) seconds"
	@FUZZ_SCRIPT=$(SCRIPT) LUA_PATH="lua/?.lua;spec/support/?.lua;;" \
	  ASAN_OPTIONS=detect_leaks=0 $(PROGRAM) -max_len=128 \
	  -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -print_final_stats=1 \
	  -artifact_prefix=$(BUILD)/fuzz/$(NAME)- \
	  $(BUILD)/fuzz/found/$(NAME) spec/torture/corpus/$(NAME) 2>&1 | \
	  tee $(BUILD)/fuzz/$(NAME).log | \
	  grep -v -e '^stat::[^n]' -e '^INFO' -e NEW_FUNC -e '^["#]' ; \
	grep -q '^stat::number_of_executed_units' $(BUILD)/fuzz/$(NAME).log && \
	! grep -q '^SUMMARY' $(BUILD)/fuzz/$(NAME).log

$(BUILD)/fuzz/lua: $(call fuzz_objects,spec/torture/fuzz_lua.c $(CORE) $(BIND))
	$(FUZZ) -fsanitize=fuzzer -o $@ $^ $(LUA_LIBS) -lm

$(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/spec/torture/fuzz_%.o \
	$(call fuzz_objects,$(CORE))
	$(FUZZ) -fsanitize=fuzzer -o $@ $^ -lm

$(BUILD)/fuzz/obj/%.o: %.c $(wildcard csrc/*.h csrc/*/*.h spec/torture/*.h)
	@mkdir -p $(@D)
	$(FUZZ) -fsanitize=fuzzer-no-link -c -o $@ $<

portability: ## run tests on 32-bit, big-endian and ARM machines; with musl
	@.ci/need musl-gcc qemu-i386 i686-linux-gnu-gcc s390x-linux-gnu-gcc busted \
	  aarch64-linux-gnu-gcc /usr/i686-linux-gnu/lib/crt1.o \
	  /usr/s390x-linux-gnu/lib/crt1.o /usr/aarch64-linux-gnu/lib/crt1.o
	@mkdir -p $(BUILD)/portability
	spec/torture/portability $(BUILD)/portability

windows: ## run tests on Windows, by mingw-w64 and Wine
	@.ci/need $(MINGW) wine busted
	@mkdir -p $(BUILD)/windows
	spec/torture/windows $(BUILD)/windows $(filter-out spec,$(SPEC))

bare: ## run everything on bare systems of Debian; RELEASES="bookworm trixie"
	@.ci/need debootstrap
	@.ci/bare $(BUILD)/bare $(RELEASES)

versions: ## run tests with other releases of Lua, built from their sources
	@$(NEED_TEST)
	@mkdir -p $(BUILD)/versions
	spec/torture/versions $(BUILD)/versions $(RELEASES)

# States in threads that share memory, under race detectors. The thread
# sanitizer sees only code compiled for it. helgrind sees all memory, including
# Lua's, but not the order that atomic integers make.
THREADS = 8

threads: ## run states in 8 threads under the thread sanitizer
	@$(NEED) gcc
	@$(MAKE) $(BUILD)/threads/run BUILD=$(BUILD)/threads CC=gcc \
	  CFLAGS="-O1 -g -fsanitize=thread"
	TSAN_OPTIONS=halt_on_error=1 $(BUILD)/threads/run \
	  spec/torture/threads.lua $(THREADS)

helgrind: ## run them under helgrind
	@$(NEED) gcc valgrind
	@$(MAKE) $(BUILD)/helgrind/run BUILD=$(BUILD)/helgrind CFLAGS="-O1 -g"
	valgrind -q --tool=helgrind --error-exitcode=1 \
	  --suppressions=.ci/helgrind.supp $(BUILD)/helgrind/run \
	  spec/torture/threads.lua $(THREADS) barrier

$(BUILD)/run: spec/torture/threads.c $(call objects,$(CORE) $(BIND))
	@mkdir -p $(@D)
	$(COMPILE) $(LDFLAGS) -pthread -o $@ $^ $(LUA_LIBS) -lm

# ---- coverage ----

# Not reached in C: failures that only the machine can cause (of a mapping, a
# flush, a seek back, a Lua stack of a million values, a format of 2^55 bytes),
# 2^31 pins, and redundant checks behind earlier checks. Branches not reached in
# addition: iterations of loops that are compiled for each item size. All Lua
# code is reached.
coverage: ## run the specs; print the coverage; fail below the levels
	@$(NEED_TEST) gcovr luac5.4
	@$(MAKE) support
	@mkdir -p $(BUILD)/coverage
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@MVIEW_ROUNDS=50 $(MAKE) check BUILD=$(BUILD)/coverage PLAIN=$(BUILD) \
	  CC=gcc \
	  CFLAGS="-O1 -g --coverage -DMV_PORTABLE=" \
	  LDFLAGS="--coverage -Wl,--exclude-libs,ALL" \
	  >$(BUILD)/coverage.log 2>&1 || { grep -A9 -E '^(Failure|Error) ->' \
	  $(BUILD)/coverage.log; exit 1; }
	@gcovr --root . --filter csrc/ --exclude-unreachable-branches \
	  --print-summary --fail-under-line 97 --fail-under-branch 90 \
	  $(BUILD)/coverage/obj/csrc
	@$(FROM_BUILD) LUA="$(LUA)" $(LUA) spec/torture/lines.lua \
	  "$$(command -v busted)" spec/dump_spec.lua \
	  spec/messages_spec.lua

# ---- lint ----

lint: ## check style and find mistakes in C, Lua, shell and rockspec
	@$(NEED) luacheck luarocks gcc clang clang-format-14? clang-tidy cppcheck \
	  shellcheck
	@$(MAKE) -k lint-lua lint-format lint-cppcheck lint-compile lint-tidy

lint-lua:
	luacheck -q .ci csrc doc lua spec bench examples rockspec
	for spec in rockspec/*.rockspec; do luarocks lint $$spec || exit 1; done
	shellcheck .ci/bare .ci/each .ci/need .ci/run .ci/specs \
	  spec/torture/checked_lua spec/torture/fetch_lua spec/torture/portability \
	  spec/torture/versions spec/torture/windows

# Other versions of clang-format give other results.
lint-format:
	@if command -v clang-format-14 >/dev/null; then \
	  clang-format-14 --dry-run -Werror $(C_FILES); \
	else echo "format not looked at: there is no clang-format-14"; fi

HEADER_FLAGS = $(WARN) -Wno-unused-function -Wno-unused-const-variable -Werror -fsyntax-only $(INCLUDE)

MINGW = x86_64-w64-mingw32-gcc

# The strictest warnings of both compilers; the public header as C99 and as C++;
# for Windows if there is a compiler (whose isnan is inexact on purpose).
lint-compile:
	@set -e; for level in -O2 -O3; do echo "strict gcc $$level"; \
	  $(MAKE) -s support BUILD=$(BUILD)/lint-gcc$$level CC=gcc \
	    CFLAGS="-std=gnu11 $$level -Werror"; done
	clang -std=gnu11 $(WARN) -Werror -fsyntax-only $(INCLUDE) $(CORE) $(BIND) \
	  $(SUPPORT) $(CORE_TEST)
	clang -x c -std=c99 $(HEADER_FLAGS) csrc/mview.h
	clang -x c++ -std=c++11 $(HEADER_FLAGS) csrc/mview.h
	clang -x c++ -std=c++11 $(HEADER_FLAGS) csrc/mview.hpp
	@if command -v $(MINGW) >/dev/null; then echo "strict $(MINGW)"; \
	  set -e; for file in $(CORE) $(BIND); do \
	    $(MINGW) $(HEADER_FLAGS) -O2 -Wno-float-conversion $$file; done; fi

# Suppressed checks of cppcheck: it misreads hexadecimal floats, does not follow
# paths as clang-tidy's analyzer does, and does not see Lua's headers. Tests do
# not check for failing allocations.
lint-cppcheck:
	cppcheck -q --enable=warning,performance,portability --inline-suppr \
	  --suppress=incorrectLogicOperator --suppress=uninitvar \
	  --suppress=uselessAssignmentPtrArg --suppress=preprocessorErrorDirective \
	  --suppress=nullPointerOutOfMemory:spec/* \
	  --suppress=normalCheckLevelMaxBranches \
	  --error-exitcode=1 -Icsrc -Icsrc/core -Icsrc/bind csrc spec

lint-tidy: $(patsubst %.c,$(BUILD)/tidy/%,$(CORE) $(BIND))

$(BUILD)/tidy/%: %.c $(wildcard csrc/*.h csrc/*/*.h) .clang-tidy
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- $(INCLUDE)
	@touch $@

# ---- embed ----

HOSTS = $(BUILD)/host/c $(BUILD)/host/c++

host: ## build and run programs in C and C++ that embed mview
	@$(NEED) g++
	@$(MAKE) $(HOSTS)
	@set -e; for host in $(HOSTS); do echo "---- $$host"; \
	  $(WRAP) $$host examples/host/draw.lua $$host.ppm; \
	  ! command -v pnmtopng >/dev/null || pnmtopng $$host.ppm >$$host.png; done

$(HOSTS): $(call objects,$(CORE) $(BIND)) $(wildcard examples/host/*) \
	csrc/mview.h csrc/mview.hpp Makefile

$(BUILD)/host/c:
	@mkdir -p $(@D)
	$(COMPILE) $(LDFLAGS) -o $@ examples/host/host.c $(filter %.o,$^) \
	  $(LUA_LIBS) -lm

$(BUILD)/host/c++:
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -Wall -Wextra $(INCLUDE) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) \
	  -o $@ examples/host/host.cpp $(filter %.o,$^) $(LUA_LIBS) -lm

# ---- bench ----

ROWS =

bench: ## measure against the rivals that are installed; ROWS=slice: a part
	@$(NEED) gcc
	@$(LUA) bench/run.lua "$(ROWS)"

instructions: ## count instructions of small work; ROWS as for bench
	@$(NEED) gcc valgrind
	@$(LUA) bench/instructions.lua "$(ROWS)"
