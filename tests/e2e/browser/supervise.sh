# Runs chromedriver in a directory of its own, until whoever started this is gone; then nothing of it is left.
#
# usage: sh -c SCRIPT kai-e2e-browser DIRECTORY COMMAND...
#
# Standard input is a leash: it ends with the process that holds its other end, however that ends. Browsers put their
# processes into groups and sessions of their own and write over their environments, so what tells them is where they work.

dir=$1
shift
# Whoever signals the whole group wants an end, and the end is to be a clean one.
trap : HUP INT TERM
# As root, a browser would put its threads before everybody else's, and starve the services that it is to be judged with.
if [ "$(id -u)" = 0 ] && setpriv --bounding-set=-sys_nice true 2>/dev/null; then
    set -- setpriv --bounding-set=-sys_nice "$@"
fi
(cd "$dir" && exec "$@") </dev/null &
# So that its output ends when it does.
exec >/dev/null
cat >/dev/null
while working=$(find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$dir*" 2>/dev/null | cut -d / -f 3) && [ -n "$working" ]; do
    # shellcheck disable=SC2086
    kill -KILL $working 2>/dev/null
done
rm -rf "$dir"
