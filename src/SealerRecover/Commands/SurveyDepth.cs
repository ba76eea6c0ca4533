using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Commands;

/// <summary>How much of the files a survey reads.</summary>
internal sealed class SurveyDepth
{
    private readonly Option<bool> _deep = new("--deep")
    {
        Description = "Read all of each replica and compare it with tree_r_last, and unsealed copies with CommD; says which byte ranges are bad.",
    };

    private readonly Option<int?> _sample = CommonOptions.Whole(
        "--sample",
        0,
        int.MaxValue,
        "count",
        "With --deep: compare only so many random stretches of each replica; 0 for all of it, which is the default.");

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "Read only the upper rows of tree_r_last files: seconds for hundreds of sectors.",
    };

    /// <summary>All of them, in the order of help.</summary>
    public Option[] All => [_quick, _deep, _sample];

    /// <summary>The one that is given; null for none.</summary>
    public Option? Given(ParseResult parsed) => parsed.GetValue(_quick) ? _quick : parsed.GetValue(_deep) ? _deep : parsed.GetValue(_sample) is not null ? _sample : null;

    /// <summary>Settings of which nothing else is set.</summary>
    /// <exception cref="OperatorException">BadInput: they contradict each other.</exception>
    public SurveySettings Read(ParseResult parsed)
    {
        bool deep = parsed.GetValue(_deep);
        int? sample = parsed.GetValue(_sample);
        if (sample is not null && !deep)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{_sample.Name} was given without {_deep.Name}, so no replica is read", $"give {_deep.Name}, too");
        }

        return deep && parsed.GetValue(_quick)
            ? throw new OperatorException(
                FailureKind.BadInput, $"{_quick.Name} and {_deep.Name} were both given", $"leave one of them out; {_sample.Name} makes a deep survey shorter")
            : new SurveySettings { Deep = deep, Quick = parsed.GetValue(_quick), Sample = sample is 0 ? null : sample };
    }
}
