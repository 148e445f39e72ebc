# Prints what is mounted and what is swapped to, as this machine's own tables have it.
tables() {
    cat "$R/proc/self/mountinfo" || return
    echo "-- swaps"
    if [ -r "$R/proc/swaps" ]; then cat "$R/proc/swaps"; fi
}
