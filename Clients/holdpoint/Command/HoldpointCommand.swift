/// The `holdpoint` command. Its code is a library so that tests can link it.
public enum HoldpointCommand {
    /// Runs the command with the process's arguments and environment.
    public static func main() async {}
}
