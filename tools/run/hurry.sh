#!/bin/bash
# Makes supervisord stop quickly: one of its own event listeners, told when it begins to stop and ended last.
#
# supervisord stops one program after the other, in the order of their priorities, and looks whether one has ended
# when something comes from a process, or once a second. So from then on something comes all the time.
echo READY
# the head of the event, or the end of supervisord
read -r _ || exit 0
while printf . >&2; do
	sleep 0.05
done
