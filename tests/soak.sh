#!/usr/bin/env bash
# Runs the whole suite again and again, in random order and with full parallelism: by both runners, on both providers.
#
#   tests/soak.sh [RUNS]      20 unless said otherwise; the output of each run is kept in target/soak
#
# PROVIDERS="containers processes" and RUNNERS="cargo nextest" say which; a name alone is one of them alone.
#
# One line a run, and at the end how many failed; that is also the exit code.
set -uo pipefail
cd "$(dirname "$0")/.."
runs=${1:-20}
kept=target/soak
mkdir -p "$kept"
export INSTA_UPDATE=no

# The standard test runner shuffles only where unstable options are let in; the build must not see that, or it starts over.
by_cargo() {
  CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="env RUSTC_BOOTSTRAP=1" \
    cargo test --no-fail-fast --lib --bins --test e2e -- -Z unstable-options --shuffle
}

# nextest has no shuffling, but priorities: each test gets a random one.
by_nextest() {
  local order="$kept/order.toml"
  { cat .config/nextest.toml
    cargo nextest list --message-format json 2>/dev/null | python3 -c '
import json, random, sys
for suite in json.load(sys.stdin)["rust-suites"].values():
    for name in suite["testcases"]:
        print("[[profile.default.overrides]]")
        print("filter = \"binary_id(=" + suite["binary-id"] + ") and test(=" + name + ")\"")
        print(f"priority = {random.randint(-100, 100)}")
'; } >"$order"
  cargo nextest run --no-fail-fast --config-file "$order"
}

case $runs in '' | *[!0-9]*) echo "the number of runs is \`$runs\`; it must be a whole number" >&2; exit 2 ;; esac
providers=${PROVIDERS:-containers processes}
runners=${RUNNERS:-cargo nextest}
for name in $providers $runners; do
  case $name in
  containers | processes | cargo | nextest) ;;
  *) echo "\`$name\` is no provider and no runner: containers, processes, cargo, nextest" >&2; exit 2 ;;
  esac
done

trap "exit 130" INT
failed=0 all=0
for run in $(seq "$runs"); do
  for provider in $providers; do
    for runner in $runners; do
      all=$((all + 1))
      log="$kept/$run-$provider-$runner.log"
      began=$SECONDS
      if KAI_E2E_PROVIDER=$provider by_$runner >"$log" 2>&1; then said=passed; else said=FAILED; failed=$((failed + 1)); fi
      echo "$run $provider $runner: $said in $((SECONDS - began)) s"
    done
  done
done
echo "$failed of $all runs failed"
exit $((failed > 255 ? 255 : failed))
