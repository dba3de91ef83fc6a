package org.todoku.backup.objects;

/** Opens the store of a location, with its decorators. */
public final class ObjectStores {
    private ObjectStores() {}

    /** Opens without touching the store: whether it answers shows at the first call. */
    public static ObjectStore open(StoreLocation location) {
        return location.isFolder()
                ? new FolderObjects(location.folder())
                : new RetryingObjects(new S3Objects(location));
    }
}
