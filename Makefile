# The front door. `make help` lists every target.

.DEFAULT_GOAL := help
CARGO ?= cargo
export PROMPT ?= Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi

.PHONY: help demo test images binaries model up down lint fuzz bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Run one real prompt through everything and judge it (PROMPT="…" for another)
	$(CARGO) run --quiet -- run --prompt "$$PROMPT"

test: ## Run all tests, on real services: in containers, then end to end as processes
	KAI_E2E_PROVIDER=containers INSTA_UPDATE=no $(CARGO) test
	KAI_E2E_PROVIDER=processes INSTA_UPDATE=no $(CARGO) test --test e2e

images: ## Build the three service images from distribution packages
	$(CARGO) run --quiet -- images build

binaries: ## Install the three services' programs, for machines without a container engine
	$(CARGO) run --quiet -- binaries install

model: ## Install a small language model for `kai-e2e run --model local` (1.2 GB, optional)
	sh fixtures/model/install.sh

up: ## Start a stack that stays, and print how to reach it
	$(CARGO) run --quiet -- up

down: ## Remove the kept stack and anything left behind
	$(CARGO) run --quiet -- down

lint: ## Formatting, lints and documentation, with warnings denied
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --quiet

fuzz: ## Fuzz the receiver and the stream for SECONDS a target (60)
	sh fuzz/run.sh $(or $(SECONDS),60)

bench: ## Measure the start of the stack, attaching to it, the seed, one whole run, private worlds and the receiver
	$(CARGO) bench --bench stack --bench pipeline --bench worlds --bench stream
