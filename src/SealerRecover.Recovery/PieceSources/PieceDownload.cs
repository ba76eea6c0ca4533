using System.Buffers;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>
/// Downloads a piece from one server, by one of its CIDs, into a part that may hold some of it already: by ranges side by side where the
/// server knows them, else whole. What may pass is tried again, at the byte it came to.
/// </summary>
internal sealed class PieceDownload(
    PieceServer server,
    Cid pieceCid,
    PartialDownload part,
    PieceSearch search,
    PieceFetcherOptions options,
    ILogger logger)
{
    private const int BufferBytes = 256 << 10;
    private const int MaxPasses = 3;

    private readonly string _address = server.Source.NameOf(pieceCid);

    private long Longest => search.Piece.UnpaddedSize;

    /// <summary>Downloads what is missing. Afterwards the part is whole, though not verified.</summary>
    /// <exception cref="ServerTrouble">The server does not give it.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (int pass = 1; ; pass++)
        {
            try
            {
                await PassAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (StartOverException changed)
            {
                if (pass == MaxPasses)
                {
                    throw ServerTrouble.Garbled($"{changed.Message}, and not only once");
                }

                logger.LogWarning("{Address} {What}; asking anew", _address, changed.Message);
            }
        }
    }

    private async Task PassAsync(CancellationToken cancellation)
    {
        (long start, long end) = part.Total is null
            ? (0, Math.Min(options.RangeBytes, Longest))
            : part.Missing(options.RangeBytes).FirstOrDefault();
        if (start == end)
        {
            return;
        }

        ServerAnswer? first = null;
        try
        {
            first = await server.TryAsync(_address, token => server.GetAsync(pieceCid, start, end, tag: null, token), cancellation).ConfigureAwait(false);
            CheckTotal(first);
        }
        catch (ServerTrouble trouble) when (trouble.IsOutOfRange)
        {
            // An empty piece, or one that is shorter than another server said.
            first = null;
        }
        catch
        {
            first?.Dispose();
            throw;
        }

        if (first is { IsRange: true, Total: long total })
        {
            part.GoOn(total, first.Tag);
            if (part.Done > 0 || start == 0)
            {
                await RangesAsync(first, start, cancellation).ConfigureAwait(false);
                return;
            }

            first.Dispose();
            throw new StartOverException("has the piece in another length than was said before");
        }

        if (first is { IsRange: true })
        {
            // A range of it knows not how much: then all of it.
            first.Dispose();
            first = null;
        }

        await WholeAsync(first, cancellation).ConfigureAwait(false);
    }

    private void CheckTotal(ServerAnswer answer)
    {
        if (answer.Total > Longest)
        {
            throw TooLong(string.Create(CultureInfo.InvariantCulture, $"has {answer.Total} bytes"));
        }

        // Somebody's error page must not cost what is here already.
        if (answer.IsHtml && part.Done > 0 && answer.Total != part.Total)
        {
            throw new ServerTrouble(RefusalKind.WebPage, "sent a web page instead of the piece", mayPass: false);
        }
    }

    private async Task RangesAsync(ServerAnswer first, long firstStart, CancellationToken cancellation)
    {
        Report();
        Queue<(long Start, long End)> missing = new(part.Missing(options.RangeBytes));
        if (missing.Count == 0)
        {
            first.Dispose();
            return;
        }

        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;
        ServerAnswer? opened = first;
        int workers = Math.Min(options.Connections, missing.Count);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync())).ConfigureAwait(false);
        opened?.Dispose();
        cancellation.ThrowIfCancellationRequested();
        failure?.Throw();

        async Task WorkAsync()
        {
            try
            {
                while (Next(out (long Start, long End) range))
                {
                    ServerAnswer? answer = range.Start == firstStart ? Interlocked.Exchange(ref opened, null) : null;
                    await RangeAsync(answer, range.Start, range.End, failed.Token).ConfigureAwait(false);
                }
            }
#pragma warning disable CA1031 // Thrown again once the other workers have stopped.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                await failed.CancelAsync().ConfigureAwait(false);
            }
        }

        bool Next(out (long Start, long End) range)
        {
            lock (missing)
            {
                return missing.TryDequeue(out range);
            }
        }
    }

    private async Task RangeAsync(ServerAnswer? opened, long start, long end, CancellationToken cancellation)
    {
        long position = start;
        await server.TryAsync(
            _address,
            async token =>
            {
                while (position < end)
                {
                    ServerAnswer? given = opened;
                    opened = null;
                    using ServerAnswer answer = given
                        ?? await server.GetAsync(pieceCid, position, end, part.Tag, token).ConfigureAwait(false);
                    CheckSame(answer);
                    long until = Math.Min(end, position + answer.Length!.Value);
                    await CopyAsync(answer, position, until, written => position = written).ConfigureAwait(false);
                    if (position < until)
                    {
                        throw new ServerTrouble(RefusalKind.Truncated, $"sent only {position} of {until} bytes", mayPass: true);
                    }
                }

                return true;
            },
            cancellation).ConfigureAwait(false);
    }

    private void CheckSame(ServerAnswer answer)
    {
        if (!answer.IsRange)
        {
            throw new StartOverException("sent the whole piece when asked for a range of it");
        }

        if (answer.Total != part.Total)
        {
            throw new StartOverException($"changed the length of the piece from {part.Total} to {answer.Total} bytes");
        }

        if (answer.Tag is not null && part.Tag is not null && answer.Tag != part.Tag)
        {
            throw new StartOverException("changed the piece's entity tag");
        }
    }

    private async Task WholeAsync(ServerAnswer? opened, CancellationToken cancellation) => await server.TryAsync(
        _address,
        async token =>
        {
            ServerAnswer? given = opened;
            opened = null;
            using ServerAnswer answer = given
                ?? await server.GetAsync(pieceCid, 0, end: null, tag: null, token).ConfigureAwait(false);
            CheckTotal(answer);
            part.Begin(answer.Length, answer.Tag);
            long position = 0;
            await CopyAsync(answer, 0, answer.Length ?? Longest + 1, written => position = written).ConfigureAwait(false);
            if (position > Longest)
            {
                throw TooLong("sends on and on");
            }

            if (position < answer.Length)
            {
                throw new ServerTrouble(RefusalKind.Truncated, $"sent only {position} of {answer.Length} bytes", mayPass: true);
            }

            part.EndAt(position);
            return true;
        },
        cancellation).ConfigureAwait(false);

    /// <summary>Writes the answer's bytes from <paramref name="start"/> on, up to <paramref name="end"/> or the answer's end.</summary>
    private async Task CopyAsync(ServerAnswer answer, long start, long end, Action<long> written)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long position = start; position < end;)
            {
                int read = await answer.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferBytes, end - position))).ConfigureAwait(false);
                if (read == 0)
                {
                    return;
                }

                part.Write(position, buffer.AsMemory(0, read));
                position += read;
                written(position);
                Report();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ServerTrouble TooLong(string what) => new(
        RefusalKind.TooLong, $"{what}, more than the {Longest} that the piece can hold", mayPass: false);

    private void Report() => search.Report(PieceActivity.Downloading, part.Done, part.Total ?? 0, _address);
}
