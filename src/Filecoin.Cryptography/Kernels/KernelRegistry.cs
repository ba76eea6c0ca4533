namespace Filecoin.Cryptography.Kernels;

/// <summary>
/// The table of one kind's variants, from which follows whatever is said and done about them: which is chosen, which can be asked for by
/// name, and which this machine lacks, and why. Kernels are made when somebody asks for them or for what is here.
/// </summary>
/// <param name="what">What a variant is called when there is none of a name.</param>
/// <param name="rows">Every variant there is, best first.</param>
internal sealed class KernelRegistry<TKernel>(string what, params KernelRow<TKernel>[] rows)
    where TKernel : class
{
    private readonly Lazy<string[]> _available = new(() => [.. rows.Where(row => row.IsHere).Select(row => row.Name)]);

    /// <summary>Every variant there is, best first.</summary>
    public IReadOnlyList<KernelRow<TKernel>> Rows => rows;

    /// <summary>Names of the variants this machine can run, best first.</summary>
    public IReadOnlyList<string> Available => _available.Value;

    /// <summary>The first of <see cref="Available"/>, without making the others to see whether they are refused.</summary>
    public string Best => rows.First(row => row.IsHere).Name;

    /// <summary>Every variant, and why it is not here (half a sentence; null where it is): those of this machine first, best first.</summary>
    public IEnumerable<(string Name, string? Lack)> Listed => rows.OrderBy(row => !row.IsHere).Select(row => (row.Name, row.Lack));

    /// <summary>The variant that is best on this machine, or the one called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Available"/>; null for the best.</param>
    /// <exception cref="ArgumentException">This machine has no variant of that name.</exception>
    public TKernel Create(string? name = null) => Find(name)
        ?? throw new ArgumentException($"this machine has no {what} '{name}'; it has {string.Join(", ", Available)}", nameof(name));

    /// <summary>As <see cref="Create"/>; null where there is none.</summary>
    public TKernel? Find(string? name)
    {
        foreach (KernelRow<TKernel> row in rows)
        {
            if ((name is null || row.Name == name) && row.Kernel is { } kernel)
            {
                return kernel;
            }
        }

        return null;
    }
}
