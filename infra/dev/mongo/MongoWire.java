import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * A server that speaks MongoDB's wire protocol and keeps its data in a file: {@code MongoWire FILE
 * PORT}.
 *
 * <p>A write is in the file before it is acknowledged, and so are all of its parts or none: writes
 * go one by one, and the store is committed after each, never in the midst of one. (Left alone, it
 * commits once a second, and a killed process loses what it acknowledged since.) The file is not
 * synchronised with the disk: what was acknowledged outlives the process, not the machine.
 *
 * <p>It has no transactions, change streams or partial indexes, one member, and a speed that says
 * nothing about MongoDB's.
 */
public class MongoWire {
    private static final Set<String> WRITES =
            Set.of(
                    "insert", "update", "delete", "findandmodify", "create", "createindexes",
                    "drop", "dropindexes", "deleteindexes", "dropdatabase", "renamecollection");

    public static void main(String[] arguments) {
        MVStore store =
                new MVStore.Builder()
                        .fileName(arguments[0])
                        .autoCommitDisabled()
                        .autoCommitBufferSize(0)
                        .open();
        // The space of old versions is used again at once; a killed process needs the newest only.
        store.setRetentionTime(0);
        MongoServer server = new MongoServer(new DurableBackend(store).version(new Version()));
        server.bind("127.0.0.1", Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    }

    private static class DurableBackend extends H2Backend {
        DurableBackend(MVStore store) {
            super(store);
        }

        @Override
        protected MongoDatabase openOrCreateDatabase(String name) {
            return new KeyedDatabase(name);
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            String command = message.getDocument().keySet().iterator().next();
            if (!WRITES.contains(command.toLowerCase())) {
                return super.handleMessage(message);
            }
            synchronized (WRITES) {
                try {
                    return super.handleMessage(message);
                } finally {
                    commit();
                }
            }
        }

        /** Not static: the library's constructor opens collections before fields could be set. */
        private class KeyedDatabase extends H2Database {
            KeyedDatabase(String name) {
                super(name, getMvStore(), getCursorRegistry());
            }

            /** The maps have the names by which the library drops them. */
            @Override
            protected MongoCollection<Object> openOrCreateCollection(
                    String name, CollectionOptions options) {
                String full = getFullCollectionNamespace(name);
                return new KeyedCollection(
                        this,
                        name,
                        options,
                        getMvStore().openMap("databases." + full),
                        getMvStore().openMap("meta." + full),
                        cursorRegistry);
            }
        }
    }

    /**
     * Looks at one document where a filter names its key and more, as each conditional write does;
     * the library alone would look at every document of the collection.
     */
    private static class KeyedCollection extends H2Collection {
        KeyedCollection(
                MongoDatabase database,
                String name,
                CollectionOptions options,
                MVMap<Object, Document> documents,
                MVMap<String, Object> meta,
                CursorRegistry cursors) {
            super(database, name, options, documents, meta, cursors);
        }

        @Override
        protected QueryResult queryDocuments(
                Document filter, Document order, int skip, int limit, int batch, Document fields) {
            if (filter.get("_id") instanceof String key) {
                List<Object> found = getDocument(key) == null ? List.of() : List.of(key);
                return matchDocuments(filter, found, order, skip, limit, batch, fields);
            }
            return super.queryDocuments(filter, order, skip, limit, batch, fields);
        }
    }

    /** MongoDB 5.0, as drivers tell by the number; the library's own is refused as too old. */
    private static class Version implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    }
}
