# The probe hurries and steps back, for on a running machine people wait and work. A child has nothing better to do, but
# its boot goes on beside: by its clock all bounds in time are @SLOWNESS@ times as long, and it keeps its priority.
renice() {
  :
}
ionice() {
  :
}
clock() {
  read -r clock_now clock_rest </proc/uptime
  clock_now=$((${clock_now%%.*} / @SLOWNESS@))
  : "$clock_rest"
}
sleep() {
  command sleep "$(($1 * @SLOWNESS@))"
}
timeout() {
  shift 2
  timeout_seconds=$(($1 * @SLOWNESS@))
  shift
  command timeout -k 2 "$timeout_seconds" "$@"
}
