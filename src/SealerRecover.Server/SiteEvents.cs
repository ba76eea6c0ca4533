using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Server;

/// <summary>
/// Server-sent events of a site: <c>site</c> with all, then <c>change</c> with what changed, once a second at most; <c>trouble</c> while it cannot be
/// read. A comment every ten seconds tells that the server lives.
/// </summary>
/// <param name="reading">How the site is read.</param>
/// <param name="word">How a hint is worded.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">Ends all of them.</param>
internal sealed class SiteEvents(SiteReading reading, Func<Hint, string> word, TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(10);

    /// <summary>Adds them.</summary>
    public void MapTo(IEndpointRouteBuilder routes) => routes.MapGet("/api/events", StreamAsync);

    /// <summary>What has to be told of a state after another was; null where nothing changed.</summary>
    public static SiteEventData? Between(SiteState? before, SiteState now)
    {
        if (before is null || !IsContinued(before.Sectors, now.Sectors))
        {
            return new SiteEventData("site", now);
        }

        ImmutableArray<SiteSector> changed = [.. now.Sectors.Where((sector, index) => index >= before.Sectors.Length || sector != before.Sectors[index])];
        return changed.IsEmpty && Around(before).AsSpan().SequenceEqual(Around(now)) ? null : new SiteEventData("change", now with { Sectors = changed });
    }

    /// <summary>Whether all sectors are where they were, and new ones behind them.</summary>
    private static bool IsContinued(ImmutableArray<SiteSector> before, ImmutableArray<SiteSector> now) =>
        now.Length >= before.Length && before.Zip(now).All(pair => pair.First.Sector == pair.Second.Sector);

    /// <summary>All but the sectors, and the time at which it was so.</summary>
    private static byte[] Around(SiteState state) =>
        JsonSerializer.SerializeToUtf8Bytes(state with { At = default, Sectors = [] }, SiteJson.Default.SiteState);

    private async Task StreamAsync(HttpContext context)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        context.Response.ContentType = "text/event-stream";

        // Proxies that keep answers back until they are whole are asked not to.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await new Listener(reading, word, time, context.Response.Body).FollowAsync(end.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The reader went, or the server stops.
        }
    }

    /// <summary>One reader, and what he was told.</summary>
    private sealed class Listener(SiteReading reading, Func<Hint, string> word, TimeProvider time, Stream stream)
    {
        private static readonly byte[] Comment = ": alive\n\n"u8.ToArray();

        private long _written = time.GetTimestamp();
        private SiteState? _told;
        private SiteTrouble? _trouble;

        public async Task FollowAsync(CancellationToken until)
        {
            while (true)
            {
                Task<SiteState> read = reading.ReadAsync();
                await LiveAsync(read, until).ConfigureAwait(false);
                try
                {
                    await TellAsync(await read.ConfigureAwait(false), until).ConfigureAwait(false);
                }
                catch (OperatorException failure)
                {
                    await TellAsync(new SiteTrouble(failure.Message, word(failure.Hint)), until).ConfigureAwait(false);
                }

                await LiveAsync(Task.Delay(SiteReading.Interval, time, until), until).ConfigureAwait(false);
            }
        }

        private async Task TellAsync(SiteState now, CancellationToken until)
        {
            _trouble = null;
            if (Between(_told, now) is { } data)
            {
                await WriteAsync(data.Name, data.State, SiteJson.Default.SiteState, until).ConfigureAwait(false);
            }

            _told = now;
        }

        /// <summary>Once; when it is over, all is told again.</summary>
        private async Task TellAsync(SiteTrouble trouble, CancellationToken until)
        {
            _told = null;
            if (trouble != _trouble)
            {
                _trouble = trouble;
                await WriteAsync("trouble", trouble, SiteJson.Default.SiteTrouble, until).ConfigureAwait(false);
            }
        }

        /// <summary>Waits for something, and says meanwhile that the server lives.</summary>
        private async Task LiveAsync(Task awaited, CancellationToken until)
        {
            while (!awaited.IsCompleted)
            {
                TimeSpan left = Alive - time.GetElapsedTime(_written);
                if (left <= TimeSpan.Zero)
                {
                    await WriteAsync(Comment, until).ConfigureAwait(false);
                }
                else
                {
                    await Task.WhenAny(awaited, Task.Delay(left, time, until)).ConfigureAwait(false);
                    until.ThrowIfCancellationRequested();
                }
            }
        }

        private Task WriteAsync<T>(string name, T data, JsonTypeInfo<T> form, CancellationToken until) =>
            WriteAsync(Encoding.UTF8.GetBytes($"event: {name}\ndata: {JsonSerializer.Serialize(data, form)}\n\n"), until);

        private async Task WriteAsync(byte[] bytes, CancellationToken until)
        {
            await stream.WriteAsync(bytes, until).ConfigureAwait(false);
            await stream.FlushAsync(until).ConfigureAwait(false);
            _written = time.GetTimestamp();
        }
    }
}

/// <summary>An event.</summary>
/// <param name="Name">site or change.</param>
/// <param name="State">Its data.</param>
internal sealed record SiteEventData(string Name, SiteState State);
