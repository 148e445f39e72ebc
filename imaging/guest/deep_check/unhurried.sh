# The probe hurries and steps back, for on a running machine people wait and work. A temporary instance has nothing
# better to do, but its boot continues beside: by its clock all bounds in time are @SLOWNESS@ times as long, and it
# keeps its priority. What cloud-init is about to change comes first.
early=
late=
for each in $parts; do
  case $each in
    @EARLY@) early="$early $each" ;;
    *) late="$late $each" ;;
  esac
done
parts="$early $late"
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
# The one second is slept in the foreground; all else beside, where the process that is told to end must be sleep itself.
sleep() {
  [ "$1" = 1 ] || exec sleep "$(($1 * @SLOWNESS@))"
  command sleep 1
}
timeout() {
  shift 2
  timeout_seconds=$(($1 * @SLOWNESS@))
  shift
  command timeout -k 2 "$timeout_seconds" "$@"
}
