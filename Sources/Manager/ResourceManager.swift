public import Access
public import Engine
public import Logging
public import Model
internal import Operations
public import Store

/// Everything that users can do with servers, volumes and snapshots. What lasts is in the store, and what is busy is a
/// row there. In memory is only what a restart may lose: which operations' tasks run here (`runner`), how servers were
/// last seen (`keeper`), wrong passwords (`gate`), what looks inside layers have found (`inspections`), how large
/// layers were (`layerUsage`), what the last check found (`lastCheck`), what fails in the background (`background`),
/// and who was refused a moment ago (`denials`).
public struct ResourceManager: Sendable {
    let store: any MetadataStore
    let engine: any StorageEngine
    let runner: OperationRunner
    let catalog: SagaCatalog
    let keeper: ServerKeeper
    let kinds: ManagedKinds
    let passwords: any PasswordCheck
    let gate = PasswordGate()
    let inspections = LayerInspections()
    let layerUsage = LayerUsage()
    let lastCheck = LastCheck()
    let denials = Denials()
    let listPlaces = Places(listsAtOnce)
    let spaceLists = SpaceLists()
    let background: Reconcilers
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    let startTime: Timestamp

    /// - Parameters:
    ///   - store: migrated; the default project is made if it is missing.
    ///   - clock: the wall clock.
    ///   - sleep: how operations pause between two tries.
    ///   - turnResourceCount: resources that one transaction of a long plan makes busy.
    public init(
        store: any MetadataStore, engine: any StorageEngine, passwords: any PasswordCheck, logger: Logger,
        clock: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        turnResourceCount: Int = ResourceManager.turnResourceCount
    ) {
        self.init(
            store: store, engine: engine, passwords: passwords, logger: logger, clock: clock, sleep: sleep,
            turnResourceCount: turnResourceCount, kinds: .all)
    }

    /// - Parameters:
    ///   - kinds: of resources; tests have some of their own.
    ///   - pace: of what comes by itself.
    init(
        store: any MetadataStore, engine: any StorageEngine, passwords: any PasswordCheck, logger: Logger,
        clock: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        turnResourceCount: Int = ResourceManager.turnResourceCount, kinds: ManagedKinds, pace: Pace = Pace()
    ) {
        background = Reconcilers(store: store, pace: pace, clock: clock, logger: logger)
        self.kinds = kinds
        self.store = store
        self.engine = engine
        self.passwords = passwords
        self.clock = clock
        self.logger = logger
        startTime = clock()
        keeper = ServerKeeper(store: store, engine: engine, logger: logger, clock: clock)
        catalog = SagaCatalog(
            tools: SagaTools(
                store: store, engine: engine, keeper: keeper, clock: clock, turnResourceCount: turnResourceCount,
                kinds: kinds))
        var configuration = OperationRunner.Configuration()
        configuration.sleep = sleep
        runner = OperationRunner(
            store: store, catalog: catalog.operations, configuration: configuration, logger: logger, now: clock,
            explain: { problem(of: $0, step: $1) })
    }

    /// Some 10 ms of the writer's time.
    public static let turnResourceCount = 128

    /// How long a start waits for all servers to be looked at before it serves.
    static let firstLookLimit = Duration.seconds(1)

    /// Brings metadata and engine back together after a start: what was lost meanwhile is noted, operations that were
    /// open go on or are undone, servers that still run are taken over, and those that should run are started. The last
    /// three go on beside the serving where they take longer. Call once, before serving.
    public func open() async throws {
        try await makeDefaultProject()
        let living = try await engine.start()
        try await keeper.begin(living: Set(living))
        try await runner.recover()
        await keeper.firstLook(within: Self.firstLookLimit)
    }

    /// Watches over servers and cleans up until it is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keeper.run() }
            group.addTask { await background.run(reconcilers) }
        }
    }

    var pace: Pace { background.pace }

    /// Lets no new step of an operation begin and waits for those that run; they go on after the next start.
    public func drain() async {
        await runner.drain()
    }

    private func makeDefaultProject() async throws {
        var generator = SystemRandomNumberGenerator()
        let project = Project(id: ProjectID(random: &generator), name: Project.defaultName)
        try await store.write { transaction in
            if try transaction.project(Project.defaultName) == nil { try transaction.insert(project) }
        }
    }
}
