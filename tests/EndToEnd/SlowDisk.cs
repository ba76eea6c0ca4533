namespace EndToEnd;

/// <summary>
/// A disk that has to spin up: the first reading of each file below a folder takes its time, in whatever process has the library preloaded that
/// is compiled here.
/// </summary>
internal static class SlowDisk
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <limits.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <time.h>
        #include <unistd.h>

        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        static ino_t seen[1024];
        static int count;

        static int is_first(ino_t inode)
        {
            int first = 1;
            pthread_mutex_lock(&lock);
            for (int i = 0; i < count; i++) { first &= seen[i] != inode; }
            if (first && count < 1024) { seen[count++] = inode; }
            pthread_mutex_unlock(&lock);
            return first;
        }

        static void wait_for(int file)
        {
            const char *under = getenv("SLOW_UNDER");
            char link[64], path[PATH_MAX];
            struct stat look;
            snprintf(link, sizeof link, "/proc/self/fd/%d", file);
            ssize_t length = under ? readlink(link, path, sizeof path - 1) : -1;
            if (length < 0) { return; }
            path[length] = 0;
            if (strncmp(path, under, strlen(under)) == 0 && fstat(file, &look) == 0 && is_first(look.st_ino))
            {
                struct timespec time = { atoi(getenv("SLOW_MS")) / 1000, atoi(getenv("SLOW_MS")) % 1000 * 1000000L };
                nanosleep(&time, NULL);
            }
        }

        ssize_t pread64(int file, void *into, size_t length, off64_t at)
        {
            ssize_t (*next)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
            wait_for(file);
            return next(file, into, length, at);
        }

        ssize_t pread(int file, void *into, size_t length, off_t at) { return pread64(file, into, length, at); }
        """;

    private static readonly PreloadedLibrary Library = new("slow", Source, "-lpthread");

    /// <summary>From now on the bench's program waits so long for the first reading of each file below a folder.</summary>
    public static void In(Workbench bench, string folder, TimeSpan wait)
    {
        bench.Environment["LD_PRELOAD"] = Library.PathOrSkip("there is no C compiler (cc) for the library that makes reads slow");
        bench.Environment["SLOW_UNDER"] = folder.TrimEnd('/') + '/';
        bench.Environment["SLOW_MS"] = FormattableString.Invariant($"{(int)wait.TotalMilliseconds}");
    }
}
