# Everything one does with this repository. `make` alone lists it.
# GOFLAGS, BINDIR, PREFIX and DESTDIR (for install), JETON_BENCH_TOKENS (for bench) and, for torture, KILLS, CUTS,
# FULLS, FAULTS, FLIPS, MODELS, RACES and FUZZ may be set.

GO     ?= go
KILLS  ?= 1000
CUTS   ?= 100
FULLS  ?= 200
FAULTS ?= 200
FLIPS  ?= 20000
MODELS ?= 10000
RACES  ?= 1000
FUZZ   ?= 10m
ifdef PREFIX
BINDIR ?= $(PREFIX)/bin
endif
BINDIR ?= $(or $(shell $(GO) env GOBIN),$(shell $(GO) env GOPATH)/bin)

SHARE = "$(DESTDIR)$(PREFIX)/share"

# No C compiler is needed for anything but the race detector.
export CGO_ENABLED = 0

.PHONY: help run demo build test race lint bench torture e2e install clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## open the screens on your organization
	@exec bin/jeton

demo: build ## look around in an organization made up for that
	@exec bin/jeton demo

build: ## build bin/jeton
	$(GO) build -trimpath -o bin/jeton ./cmd/jeton

test: ## run all tests
	$(GO) test ./...

race: ## run all tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race ./...

lint: ## check formatting, go vet and staticcheck
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "run gofmt -w on:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench: build ## measure, and print each figure beside its limit
	@mkdir -p .bench
	JETON_BENCH=$(CURDIR)/.bench JETON_BIN=$(CURDIR)/bin/jeton $(GO) test ./cmd/jeton -run '^TestFigures$$' -count=1 -timeout 60m -v

torture: build ## kill it, cut its power, fill its disk, damage its files, fuzz it: hours, and root
	@mkdir -p .bench
	JETON_BIN=$(CURDIR)/bin/jeton $(GO) test ./store/torture -count=1 -timeout 24h -summary $(CURDIR)/.bench/torture \
		-kills $(KILLS) -cuts $(CUTS) -fulls $(FULLS) -faults $(FAULTS) -flips $(FLIPS)
	@cat .bench/torture
	for n in $$(seq $$((($(MODELS) + 249) / 250))); do $(GO) test ./store -run '^TestModel$$' -count=1 -timeout 24h -rapid.checks=250 || exit 1; done
	$(GO) test ./store -run 'Race|DurableFirst' -count=1 -timeout 24h -races $(RACES)
	store/torture/fuzz $(FUZZ)

e2e: build ## let nginx, Caddy, Apache, an OAuth client, gitleaks and systemd try the doors
	GO="$(GO)" serve/e2e/install .bench/e2e
	JETON_E2E=$(CURDIR)/.bench/e2e JETON_BIN=$(CURDIR)/bin/jeton $(GO) test ./serve/e2e -count=1 -timeout 10m

install: ## install jeton to BINDIR, and with PREFIX also its manual and completions
	$(GO) build -trimpath -o "$(DESTDIR)$(BINDIR)/jeton" ./cmd/jeton
ifdef PREFIX
	@mkdir -p $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	"$(DESTDIR)$(BINDIR)/jeton" man $(SHARE)/man/man1
	"$(DESTDIR)$(BINDIR)/jeton" completion bash > $(SHARE)/bash-completion/completions/jeton
	"$(DESTDIR)$(BINDIR)/jeton" completion zsh > $(SHARE)/zsh/site-functions/_jeton
	"$(DESTDIR)$(BINDIR)/jeton" completion fish > $(SHARE)/fish/vendor_completions.d/jeton.fish
endif

clean: ## remove what was built and measured
	rm -rf bin .bench
