@main struct HoldpointCommand { static func main() {} }
