using System.Globalization;
using Filecoin.Sealing.Files;

namespace EndToEnd;

/// <summary>
/// A disk that has lost blocks of one file: reads of them fail with EIO, in whatever process has the library preloaded that is compiled here. The
/// file is known by its inode, so that another of its name is good.
/// </summary>
internal static class BadBlocks
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <sys/stat.h>
        #include <unistd.h>

        static long long number(const char *name) { const char *text = getenv(name); return text ? atoll(text) : -1; }

        static int is_bad(int file, long long at, size_t length)
        {
            struct stat look;
            return fstat(file, &look) == 0 && (long long)look.st_ino == number("BAD_INODE")
                && at < number("BAD_END") && at + (long long)length > number("BAD_BEGIN");
        }

        ssize_t pread64(int file, void *into, size_t length, off64_t at)
        {
            ssize_t (*next)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
            if (is_bad(file, at, length)) { errno = EIO; return -1; }
            return next(file, into, length, at);
        }

        ssize_t pread(int file, void *into, size_t length, off_t at) { return pread64(file, into, length, at); }

        ssize_t read(int file, void *into, size_t length)
        {
            ssize_t (*next)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
            off64_t at = lseek64(file, 0, SEEK_CUR);
            if (at >= 0 && is_bad(file, at, length)) { errno = EIO; return -1; }
            return next(file, into, length);
        }
        """;

    private static readonly PreloadedLibrary Library = new("bad-blocks", Source);

    /// <summary>From now on the bench's program cannot read 4 KiB in the middle of a file, or all of a shorter one.</summary>
    public static void In(Workbench bench, string path)
    {
        string library = Library.PathOrSkip("there is no C compiler (cc) for the library that makes reads fail");
        const int block = 4096;
        FileLook look = FileLook.At(path);
        long begin = look.Length / 2 / block * block;
        bench.Environment["LD_PRELOAD"] = library;
        bench.Environment["BAD_INODE"] = look.Inode.ToString(CultureInfo.InvariantCulture);
        bench.Environment["BAD_BEGIN"] = begin.ToString(CultureInfo.InvariantCulture);
        bench.Environment["BAD_END"] = (begin + block).ToString(CultureInfo.InvariantCulture);
    }
}
