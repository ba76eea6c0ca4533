using Filecoin.Chain.Transport;

namespace SealerRecover.Recovery.Transfer;

/// <summary>What another machine sends, read with an eye on stalls. From one thread.</summary>
/// <param name="answer">Its answer, which is disposed with this.</param>
/// <param name="timeout">Begins anew with what is read.</param>
internal sealed class RemoteBody(HttpResponseMessage answer, ServerTimeout timeout) : IDisposable
{
    private Stream? _body;

    /// <summary>Fills a buffer, or as much of it as there is.</summary>
    /// <returns>Bytes that were read; fewer than asked for at the end only.</returns>
    /// <exception cref="TransportException">It stalled or broke off.</exception>
    public int Read(Memory<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            timeout.Restart();
            int read = timeout.WatchAsync(
                async token =>
                {
                    _body ??= await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                    return await _body.ReadAsync(buffer[done..], token).ConfigureAwait(false);
                },
                "stopped sending",
                inBody: true).GetAwaiter().GetResult();
            if (read == 0)
            {
                return done;
            }

            done += read;
        }

        return done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        answer.Dispose();
        timeout.Dispose();
    }
}
