# Holdpoint. `make demo` shows it, `make test` proves it; both install what they need (Debian packages, as root or
# with sudo).
SHELL := /bin/bash
PREFIX ?= /usr/local
# What `make install` takes.
BUILD ?= .build/release
SWIFT ?= swift

# qemu-storage-daemon is in qemu-system-common on Debian 12, the other image tools in qemu-utils. The two shells are for
# the tests of their completions, PostgreSQL for those of what a second driver of the store would be asked.
PACKAGES := libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libprotobuf-dev libsqlite3-dev \
    qemu-utils qemu-system-common libnbd-bin python3 python3-venv python3-libnbd e2fsprogs strace \
    zsh fish postgresql-15

# What `make bench` measures us beside, and what compiles its load.
PEERS := libgrpc++-dev protobuf-compiler-grpc etcd-server libvirt-daemon libvirt-clients g++ pkg-config

.PHONY: setup build demo test soak bench generate format manual install uninstall clean

setup:
	@Tests/Tools/setup $(PACKAGES)

build: setup
	@start=$$SECONDS; $(SWIFT) build -c release --disable-local-rpath && echo "release build: $$((SECONDS - start)) s"

demo: build
	@Tests/Demo/demo .build/release

test: setup
	@SWIFT="$(SWIFT)" Tests/Tools/contained Tests/Tools/test

# Hours of what `make test` does in minutes: random changes, kills and faults. SEEDS and KILLS say how many.
soak: setup
	@SWIFT="$(SWIFT)" Tests/Tools/contained Tests/Tools/soak

# What calls, changes and commands cost, beside gRPC C++, etcd and libvirt; about five minutes behind the builds.
bench: build
	@Tests/Tools/setup $(PEERS)
	@SWIFT="$(SWIFT)" Tests/Tools/contained Tests/Benchmarks/run .build/release --write

generate: setup
	@Protos/generate

# Generated code is as its generator writes it.
format:
	@find Package.swift Sources Clients Tests Protos/Generator/Sources -name '*.swift' -not -path '*/Generated/*' -print0 \
	    | xargs -0 $(SWIFT) format --in-place --parallel

# Man pages of what was built, by ArgumentParser's own tool.
manual:
	@$(SWIFT) build --quiet --package-path .build/checkouts/swift-argument-parser --product generate-manual \
	    --scratch-path .build/manual
	@rm -rf .build/man && mkdir -p .build/man/man1 .build/man/man8
	@.build/manual/debug/generate-manual $(BUILD)/holdpoint --multi-page -o .build/man/man1
	@.build/manual/debug/generate-manual $(BUILD)/holdpointd --section 8 -o .build/man/man8

# Installs what `make build` made, without what only a debugger needs; all below PREFIX.
SHARE = $(DESTDIR)$(PREFIX)/share
install: manual
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(SHARE)/man/man1 $(SHARE)/man/man8 \
	    $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -s -m 755 $(BUILD)/holdpoint $(DESTDIR)$(PREFIX)/bin/holdpoint
	install -s -m 755 $(BUILD)/holdpointd $(DESTDIR)$(PREFIX)/sbin/holdpointd
	install -m 644 .build/man/man1/*.1 $(SHARE)/man/man1
	install -m 644 .build/man/man8/*.8 $(SHARE)/man/man8
	$(BUILD)/holdpoint completion bash >$(SHARE)/bash-completion/completions/holdpoint
	$(BUILD)/holdpoint completion zsh >$(SHARE)/zsh/site-functions/_holdpoint
	$(BUILD)/holdpoint completion fish >$(SHARE)/fish/vendor_completions.d/holdpoint.fish

# State directories stay.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/holdpoint $(DESTDIR)$(PREFIX)/sbin/holdpointd \
	    $(SHARE)/man/man1/holdpoint.1 $(SHARE)/man/man1/holdpoint.*.1 $(SHARE)/man/man8/holdpointd.8 \
	    $(SHARE)/man/man8/holdpointd.*.8 $(SHARE)/bash-completion/completions/holdpoint \
	    $(SHARE)/zsh/site-functions/_holdpoint $(SHARE)/fish/vendor_completions.d/holdpoint.fish

clean:
	rm -rf .build Protos/Generator/.build
