public import HoldpointRPC
public import Manager

/// All services over one manager.
public enum HoldpointServices {
    public static func router(manager: ResourceManager, version: String, stateDirectory: String) -> Router {
        let services: [any RPCService] = [
            ServerService(manager: manager), VolumeService(manager: manager), SnapshotService(manager: manager),
            ServerSnapshotService(manager: manager), OperationService(manager: manager),
            PlanService(manager: manager), EventService(manager: manager),
            AdminService(manager: manager, version: version, stateDirectory: stateDirectory),
            AccessService(manager: manager),
            HealthService(), IntrospectionService(),
        ]
        var router = Router()
        for service in services { service.register(in: &router) }
        return router
    }
}
