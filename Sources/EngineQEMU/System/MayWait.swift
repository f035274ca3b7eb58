internal import CLinux

/// Stands at the beginning of whatever waits, for files, processes or programs: on an event loop it would keep all of
/// the loop's connections waiting. Costs nothing in release builds.
func assertMayWait() {
    assert(linux_is_event_loop() == 0, "the engine would wait on an event loop")
}
