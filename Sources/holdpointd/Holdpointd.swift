@main struct HoldpointDaemon { static func main() {} }
