# A short front to meson: programs in build/, tests under ASan+UBSan in build-asan/.
BUILD := build
ASAN := build-asan
NINJA := ninja
# ccache is used where it is there
CC := $(if $(shell command -v ccache 2>/dev/null),ccache gcc,gcc)
export CC

all: modules $(BUILD)/build.ninja
	@$(NINJA) -C $(BUILD)
	@ln -sf src/aupd/aupd $(BUILD)/aupd
	@ln -sf src/aup/aup $(BUILD)/aup

$(BUILD)/build.ninja: | setup-build modules
	@meson setup $(BUILD) -Dwerror=true >/dev/null

$(ASAN)/build.ninja: | setup-build modules
	@meson setup $(ASAN) -Dwerror=true -Db_sanitize=address,undefined -Dtesting=true >/dev/null

asan: modules $(ASAN)/build.ninja
	@$(NINJA) -C $(ASAN)
	@ln -sf src/aupd/aupd $(ASAN)/aupd
	@ln -sf src/aup/aup $(ASAN)/aup

# what each set of targets needs of Debian; says what is missing and ends when it may not install it
setup-build:
	@tools/setup build
setup-test:
	@tools/setup build test
	@tools/npm tests/console

# what the console's script is made with; the first time from npm
modules: setup-build
	@tools/npm web

# DEMO=once stops by itself
demo: all
	@tools/demo $(BUILD) $(DEMO)

# the manual's, of whichever pages have one
pictures: setup-test
	@$(MAKE) --no-print-directory all
	@mkdir -p $(BUILD)/pictures && AUPD_PICTURES=$(CURDIR)/doc/console AUPD_BUILD=$(CURDIR)/$(BUILD) AUPD_TAP=$(BUILD)/pictures prove -e tests/one tests/console/pages.t tests/console/outsiders.t tests/console/usage.t

# TESTS='tests/scenario/*.t' runs some
test: setup-test
	@$(MAKE) --no-print-directory all asan
	@tests/run $(BUILD) $(ASAN) $(TESTS)

# BENCH='decode_mail ...' runs some
bench: setup-test
	@$(MAKE) --no-print-directory all
	@tests/bench/run $(BUILD) $(BENCH)

# FUZZ='mime arf' runs some, FUZZ_S seconds each
fuzz: modules
	@tools/setup build fuzz
	@[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzzing=true -Db_lundef=false -Db_sanitize=address,undefined >/dev/null
	@$(NINJA) -C build-fuzz
	@tests/fuzz/run build-fuzz "$(or $(FUZZ_S),60)" $(FUZZ)

# the power cut harness and the kill harness whole; make test runs a slice of each. ROUNDS=200 CUTS=2000 does less
torture: setup-test
	@$(MAKE) --no-print-directory all asan
	@ROUNDS=$(ROUNDS) CUTS=$(CUTS) tests/torture $(BUILD) $(ASAN)

# attribution held against a made-up provider, ten million questions. QUESTIONS=1000000 asks fewer
trial: all
	@QUESTIONS=$(QUESTIONS) tests/trial $(BUILD)

deb: modules
	@tools/setup build deb
	@tools/deb

install: all
	@meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) $(ASAN)

.PHONY: all pictures asan modules demo test bench fuzz torture trial deb install clean setup-build setup-test
