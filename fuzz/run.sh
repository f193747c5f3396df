#!/bin/sh
# Fuzzes each target for so many seconds (60 unless told), one after the other, from the kept corpus on.
#
#   fuzz/run.sh [SECONDS] [TARGET…]
#
# What is new is kept in fuzz/target/corpus, and an input that fails in fuzz/artifacts, with the command that shows it again.
# `fuzz/minimise.sh` takes what is worth keeping over into fuzz/corpus.
set -eu
cd "$(dirname "$0")"
targets='deliveries sse stream'
usage() {
    echo "run.sh: $1; usage: fuzz/run.sh [SECONDS] [TARGET…], with targets of: $targets" >&2
    exit 2
}
seconds=${1:-60}
case $seconds in
    # To libFuzzer, 0 is for ever.
    '' | *[!0-9]* | 0*) usage "'$seconds' is no number of seconds above zero" ;;
esac
[ $# -gt 0 ] && shift
for target in "$@"; do
    case " $targets " in
        *" $target "*) ;;
        *) usage "there is no target '$target'" ;;
    esac
done
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $targets
# This folder's own configuration compiles for coverage, with the stable compiler.
cargo build --release --quiet
programs=target/$(rustc -vV | sed -n 's/^host: //p')/release
for target in "$@"; do
    found=target/corpus/$target
    mkdir -p "$found" "artifacts/$target"
    echo "== $target, $seconds s"
    "$programs/$target" "$found" "corpus/$target" "regressions/$target" \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -dict=dictionaries/"$target" \
        -artifact_prefix="artifacts/$target/" -print_final_stats=1 -verbosity=1
done
