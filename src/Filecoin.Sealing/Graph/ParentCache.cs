using Filecoin.Primitives;

namespace Filecoin.Sealing.Graph;

/// <summary>A complete parent cache file that has been verified in this process, open for sequential reading by any number of readers.</summary>
public sealed class ParentCache : IDisposable
{
    internal ParentCache(PorepParameters porep, string path)
    {
        Porep = porep;
        Path = path;
    }

    /// <summary>The proof whose graph this is.</summary>
    public PorepParameters Porep { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
