namespace SealerRecover.Recovery.Pipeline;

/// <summary>How sectors that are labelled at once share cores: so many threads, each labelling so many sectors side by side.</summary>
/// <param name="Threads">Labelling threads, at least 1.</param>
/// <param name="Together">Sectors each of them labels together, at least 1.</param>
internal readonly record struct LabelPlan(int Threads, int Together)
{
    /// <summary>
    /// Cores come first: a sector with a core of its own is labelled soonest, since its labels are a chain. Only when there are more sectors
    /// than cores do sectors share one, side by side, which costs far less than one after the other. From four cores on, one is left to
    /// trees, disk and reading ahead.
    /// </summary>
    /// <param name="sectors">Sectors of the run, at least 1.</param>
    /// <param name="parallel">How many the operator wants in PreCommit1 at once, at least 1.</param>
    /// <param name="cores">Cores of the run, at least 1.</param>
    public static LabelPlan For(int sectors, int parallel, int cores)
    {
        const int coresThatSpareOne = 4;
        int atOnce = Math.Min(parallel, sectors);
        int threads = Math.Min(atOnce, cores >= coresThatSpareOne ? cores - 1 : cores);
        return new LabelPlan(threads, (atOnce + threads - 1) / threads);
    }
}
