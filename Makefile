# Holdpoint. `make demo` shows it, `make test` proves it; both install what they need (Debian packages, as root or
# with sudo).
SHELL := /bin/bash
PREFIX ?= /usr/local
SWIFT ?= swift

# qemu-storage-daemon is in qemu-system-common on Debian 12, the other image tools in qemu-utils.
PACKAGES := libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libprotobuf-dev libsqlite3-dev \
    qemu-utils qemu-system-common libnbd-bin python3 python3-venv python3-libnbd e2fsprogs strace

# What `make bench` measures us beside, and what compiles its load.
PEERS := libgrpc++-dev protobuf-compiler-grpc etcd-server libvirt-daemon libvirt-clients g++ pkg-config

.PHONY: setup build demo test soak bench generate format install clean

setup:
	@Tests/Tools/setup $(PACKAGES)

build: setup
	@start=$$SECONDS; $(SWIFT) build -c release && echo "release build: $$((SECONDS - start)) s"

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

# Installs what `make build` made.
install:
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin
	install -m 755 .build/release/holdpoint $(DESTDIR)$(PREFIX)/bin/holdpoint
	install -m 755 .build/release/holdpointd $(DESTDIR)$(PREFIX)/sbin/holdpointd

clean:
	rm -rf .build Protos/Generator/.build
