using System.Text;

namespace SealerRecover.Hosting;

/// <summary>
/// Standard output that cannot stop a recovery: when a line cannot be written (a log on a full disk), that is said once on
/// <paramref name="complaints"/> and the work goes on. Whole writes from several threads do not mix.
/// </summary>
/// <param name="inner">Where text goes.</param>
/// <param name="complaints">Where the first failure is told; null for nowhere.</param>
internal sealed class SturdyWriter(TextWriter inner, TextWriter? complaints) : TextWriter
{
    private readonly Lock _lock = new();
    private bool _complained;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc/>
    public override void WriteLine() => Write("\n");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (IOException failure) when (complaints is not null)
            {
                if (!_complained)
                {
                    _complained = true;
                    complaints.WriteLine($"sealer-recover: writing to standard output failed ({failure.Message}); the work goes on unseen");
                }
            }
            catch (IOException)
            {
                // Nobody is left to tell: this is standard error itself.
                _complained = true;
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // The inner writer flushes at every write.
    }
}
