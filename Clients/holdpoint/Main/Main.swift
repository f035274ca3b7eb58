import HoldpointCommand

@main
struct Main {
    static func main() async {
        await HoldpointCommand.main()
    }
}
