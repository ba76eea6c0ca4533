using System.Globalization;

namespace EndToEnd;

/// <summary>A machine whose clock is wrong: what asks for the time of day is told another, in whatever process has the library preloaded that is compiled here.</summary>
internal static class WrongClock
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <sys/time.h>
        #include <time.h>

        static long off(void)
        {
            const char *seconds = getenv("CLOCK_OFF");
            return seconds ? atol(seconds) : 0;
        }

        int clock_gettime(clockid_t clock, struct timespec *at)
        {
            int (*next)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
            int result = next(clock, at);
            if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) { at->tv_sec += off(); }
            return result;
        }

        int gettimeofday(struct timeval *restrict at, void *restrict zone)
        {
            int (*next)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
            int result = next(at, zone);
            if (result == 0) { at->tv_sec += off(); }
            return result;
        }

        time_t time(time_t *at)
        {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (at) { *at = now.tv_sec; }
            return now.tv_sec;
        }
        """;

    private static readonly PreloadedLibrary Library = new("clock", Source);

    /// <summary>Variables with which a program's clock is so far off; none where there is no C compiler.</summary>
    public static IReadOnlyDictionary<string, string> By(TimeSpan time) => Library.PathOrNull is { } path
        ? new Dictionary<string, string> { ["LD_PRELOAD"] = path, ["CLOCK_OFF"] = ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture) }
        : new Dictionary<string, string>();
}
