# Runs one service and leaves its exit code behind, for whoever asks how it ended.
#
# usage: sh -c SCRIPT kai-e2e-service DIRECTORY SERVICE RUN COMMAND...
#
# In DIRECTORY: "pid" is the service's process, "exit-RUN" its exit code once it has ended, 128 and the signal's number when a
# signal ended it. The service carries its name in its environment; this shell does not, so that ending the service leaves it.

dir=$1
service=$2
run=$3
shift 3
umask 077
KAI_E2E_SERVICE=$service sh -c 'echo $$ >"$0/pid" && exec "$@"' "$dir" "$@"
echo $? >"$dir/exit-$run"
